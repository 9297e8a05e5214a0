import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import { appendEvent } from '../../src/log/append-event.ts';
import { appendHits } from '../../src/log/append-hits.ts';
import type { NewHit } from '../../src/log/hit.ts';
import type { Database, Db } from '../../src/platform/database.ts';
import { given, pageView } from '../given.ts';
import { createLogDatabase, type LogDatabase } from './log-database.ts';
import { placedIn } from './positions.ts';

const WRONG_ISOLATION = { code: 'AN001' };
const NOT_DURABLE = { code: 'AN002' };
const APPEND_ONLY = { code: 'AN003' };
const NOT_PERMITTED = { code: '42501' };

describe('the log', () => {
  let log: LogDatabase;
  let owner: Database;
  let writer: Database;
  let reader: Database;
  let hits: NewHit[];

  beforeAll(async () => {
    log = await createLogDatabase();
    owner = log.open('owner');
    const site = await given(owner.db).site();
    hits = await site.newHits(pageView('/'), pageView('/a'));
    await site.append(pageView('/'));
    writer = log.open('writer');
    reader = log.open('reader');
  });
  afterAll(() => log.close());

  const hitsBy = (tx: Db): Promise<unknown> => appendHits(tx, randomUUID(), hits);
  const eventBy = (tx: Db): Promise<unknown> =>
    appendEvent(tx, {
      stream: 'log',
      expectedVersion: null,
      type: 'SaltsDestroyed',
      schemaVersion: 1,
      actor: 'system',
      commandId: randomUUID(),
      data: { salts: [] },
    });

  describe.each([
    ['hits', hitsBy],
    ['events', eventBy],
  ])('of %s', (_, append) => {
    it.each(['repeatable read', 'serializable'] as const)('is not appended to under %s', async (level) => {
      await expect(writer.db.transaction().setIsolationLevel(level).execute(append)).rejects.toMatchObject(
        WRONG_ISOLATION,
      );
    });

    it('is not appended to while commits are not waited for', async () => {
      const careless = writer.db.transaction().execute(async (tx) => {
        await sql`set local synchronous_commit = off`.execute(tx);
        await append(tx);
      });
      await expect(careless).rejects.toMatchObject(NOT_DURABLE);
    });

    it('is appended to by a writer under read committed', async () => {
      const before = (await placedIn(owner.db)).length;
      await writer.db.transaction().setIsolationLevel('read committed').execute(append);
      expect((await placedIn(owner.db)).length).toBeGreaterThan(before);
    });

    it('is not appended to by a reader', async () => {
      await expect(append(reader.db)).rejects.toMatchObject(NOT_PERMITTED);
    });
  });

  describe.each(['log_hits', 'log_hits_00000', 'log_events', 'log_epochs', 'agents'])('in %s', (table) => {
    const column = { log_events: 'stream', log_epochs: 'system_identifier', agents: 'user_agent' }[table] ?? 'pathname';
    const changes = [
      `update ${table} set ${column} = ${column}`,
      `delete from ${table}`,
      `truncate ${table}`,
      `truncate ${table} cascade`,
    ];

    beforeAll(async () => {
      await eventBy(owner.db);
      await sql`insert into log_epochs values ('1', 1, 1, now()) on conflict do nothing`.execute(owner.db);
    });

    it.each(changes)('refuses its owner: %s', async (change) => {
      await expect(sql.raw(change).execute(owner.db)).rejects.toMatchObject(APPEND_ONLY);
    });

    it.each(changes)('refuses a replica’s session: %s', async (change) => {
      const replica = owner.db.transaction().execute(async (tx) => {
        await sql`set local session_replication_role = replica`.execute(tx);
        await sql.raw(change).execute(tx);
      });
      await expect(replica).rejects.toMatchObject(APPEND_ONLY);
    });

    it.each(changes)('refuses a writer and a reader: %s', async (change) => {
      await expect(sql.raw(change).execute(writer.db)).rejects.toMatchObject(NOT_PERMITTED);
      await expect(sql.raw(change).execute(reader.db)).rejects.toMatchObject(NOT_PERMITTED);
    });

    it('refuses a writer who would insert past the append functions', async () => {
      const insert = sql.raw(`insert into ${table} select * from ${table} limit 0`);
      await expect(insert.execute(writer.db)).rejects.toMatchObject(NOT_PERMITTED);
    });
  });

  it('refuses an insert that would overwrite', async () => {
    const overwrite = sql`
      insert into log_hits select * from log_hits limit 1 on conflict (position) do update set pathname = '/other'`;
    await expect(overwrite.execute(owner.db)).rejects.toMatchObject(APPEND_ONLY);
  });
});
