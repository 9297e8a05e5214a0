import { readFile } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { sql } from 'kysely';
import { createTestDatabase, type TestDatabase } from '../../test/setup/test-database.ts';
import { openDatabase, type Db } from './database.ts';
import { yieldProcessor } from './yield-processor.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function onOneConnection<T>(run: (db: Db, pid: number) => Promise<T>): Promise<T> {
  const one = openDatabase({ url: database.url, max: 1, applicationName: 'yields', onError: () => undefined });
  try {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(one.db);
    return await run(one.db, rows[0]?.pid ?? 0);
  } finally {
    await one.close();
  }
}

const isLinux = process.platform === 'linux';

(isLinux ? it : it.skip)('lets others go before the server process of that connection, and of no other', async () => {
  await onOneConnection(async (db, pid) => {
    const before = getPriority(pid);
    expect(await yieldProcessor(db)).toBe(true);
    expect(getPriority(pid)).toBe(10);
    expect(await yieldProcessor(db)).toBe(true);
    await onOneConnection((_, other) => Promise.resolve(expect(getPriority(other)).toBe(before)));
  });
});

it('leaves a process alone that is not known to be of that server', async () => {
  await onOneConnection(async (db) => {
    // As a server in another container, whose numbers are of its own.
    await sql`create schema elsewhere`.execute(db);
    await sql`create function elsewhere.pg_backend_pid() returns int language sql as
      ${sql.lit(`select ${process.pid}`)}`.execute(db);
    await sql`set search_path = elsewhere, pg_catalog`.execute(db);
    const before = getPriority();
    expect(await yieldProcessor(db)).toBe(false);
    expect(getPriority()).toBe(before);
  });
});

it('leaves it where the user may not know where the server has its data', async () => {
  await onOneConnection(async (db, pid) => {
    await sql`create role nobody_special`.execute(db);
    try {
      await sql`set role nobody_special`.execute(db);
      expect(await yieldProcessor(db)).toBe(false);
      if (isLinux) expect(await readFile(`/proc/${pid}/stat`, 'utf8')).toContain('postgres');
    } finally {
      await sql`reset role`.execute(db);
      await sql`drop role nobody_special`.execute(db);
    }
  });
});
