import { sql } from 'kysely';

import { createTestDatabase, type TestDatabase } from '../../test/setup/test-database.ts';
import { openDatabase, type Database } from './database.ts';
import { defineJob, openQueue, type AnyJob, type Queue } from './queue.ts';

describe('the queue', () => {
  let test: TestDatabase;
  let database: Database;
  let queue: Queue;
  const done: string[] = [];
  const greet = defineJob<{ name: string }>('greet', { queue: { retryLimit: 1, retryDelay: 0 } }, async (data) => {
    done.push(data.name);
    if (data.name === 'twice' && done.filter((name) => name === 'twice').length === 1) throw new Error('once more');
  });
  const only = defineJob<object>('only', { policy: 'exclusive', cron: '0 3 * * *' }, async () => undefined);

  const fail = (e: Error): never => {
    throw e;
  };
  const make = (jobs: AnyJob[], work: boolean): Queue => openQueue({ url: test.url, jobs, work, onError: fail });

  beforeAll(async () => {
    test = await createTestDatabase();
    database = openDatabase({ url: test.url, role: 'writer', max: 2, applicationName: 'spec', onError: fail });
    queue = make([greet, only], true);
    await queue.start();
  });
  afterAll(async () => {
    await queue.stop();
    await queue.stop();
    await database.close();
    await test.drop();
  });

  const until = async (name: string, times = 1): Promise<void> => {
    for (let i = 0; i < 200 && done.filter((one) => one === name).length < times; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(done.filter((one) => one === name)).toHaveLength(times);
  };

  it('runs a job', async () => {
    await queue.enqueue(greet, { name: 'Ada' });
    await until('Ada');
  });

  it('tries a job again that failed', async () => {
    await queue.enqueue(greet, { name: 'twice' });
    await until('twice', 2);
  });

  it('starts in several processes at once, on one database', async () => {
    const others = Array.from({ length: 4 }, () => make([greet, only], false));
    try {
      await Promise.all(others.map((other) => other.start()));
    } finally {
      await Promise.all(others.map((other) => other.stop()));
    }
  });

  it('queues with the transaction of a writer, or not at all', async () => {
    const undone = database.db.transaction().execute(async (tx) => {
      await queue.enqueue(greet, { name: 'undone' }, { tx });
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    await database.db.transaction().execute((tx) => queue.enqueue(greet, { name: 'kept' }, { tx }));
    await until('kept');
    expect(done).not.toContain('undone');
  });

  it('takes an exclusive job once', async () => {
    const startAfter = new Date(Date.now() + 60_000);
    expect(await queue.enqueue(only, {}, { key: 'paths', startAfter })).not.toBeNull();
    expect(await queue.enqueue(only, {}, { key: 'paths', startAfter })).toBeNull();
  });

  it('starts a second time over what the first made', async () => {
    const second = make([greet, only], false);
    await second.start();
    await second.stop();
    const { rows } = await sql`select name, cron from pgboss.schedule`.execute(database.db);
    expect(rows).toEqual([{ name: 'only', cron: '0 3 * * *' }]);
  });
});
