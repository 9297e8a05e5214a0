import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { sql } from 'kysely';

import { appendEvent } from '../../src/log/append-event.ts';
import { appendHits } from '../../src/log/append-hits.ts';
import { readHead } from '../../src/log/head.ts';
import type { Database, Db } from '../../src/platform/database.ts';
import { given, pageView, type GivenSite } from '../given.ts';
import { createLogDatabase, type LogDatabase } from './log-database.ts';
import { placedIn, upTo } from './positions.ts';

describe('positions', () => {
  let log: LogDatabase;
  let owner: Database;
  let site: GivenSite;

  beforeAll(async () => {
    log = await createLogDatabase();
    owner = log.open('owner');
    site = await given(owner.db).site();
  });
  afterAll(() => log.close());

  const anEvent = (tx: Db) =>
    appendEvent(tx, {
      stream: `key:${randomUUID()}`,
      expectedVersion: 0,
      type: 'ApiKeyRevoked',
      schemaVersion: 1,
      actor: 'system',
      commandId: randomUUID(),
      data: { id: randomUUID() },
    });

  it('go on over hits and events', async () => {
    const head = await readHead(owner.db);
    const hits = await site.append(pageView('/'), pageView('/a'));
    expect(hits).toEqual({ firstPosition: head + 1n, lastPosition: head + 2n, rejected: [] });
    expect((await anEvent(owner.db)).position).toBe(head + 3n);
    expect((await site.append(pageView('/'))).firstPosition).toBe(head + 4n);
    expect(await readHead(owner.db)).toBe(head + 4n);
  });

  it('are in the order in which the hits were given', async () => {
    const { firstPosition } = await site.append(...['/1', '/2', '/3'].map((path) => pageView(path)));
    const rows = await owner.db
      .selectFrom('log_hits')
      .select('pathname')
      .where('position', '>=', String(firstPosition))
      .orderBy('position')
      .execute();
    expect(rows.map((row) => row.pathname)).toEqual(['/1', '/2', '/3']);
  });

  it('have no hole after a rollback', async () => {
    const head = await readHead(owner.db);
    const hits = await site.newHits(pageView('/'), pageView('/'));
    const rolledBack = owner.db.transaction().execute(async (tx) => {
      await appendHits(tx, randomUUID(), hits);
      await anEvent(tx);
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    expect(await readHead(owner.db)).toBe(head);
    expect((await anEvent(owner.db)).position).toBe(head + 1n);
  });

  it('have neither hole nor double with 16 writers of both tables who roll back now and then', async () => {
    const pool = log.open('writer', 16);
    const hits = await site.newHits(pageView('/'), pageView('/a'), pageView('/b'));
    const writer = async (n: number) => {
      for (let round = 0; round < 12; round++) {
        await pause(Math.random() * 3);
        await pool.db
          .transaction()
          .execute(async (tx) => {
            if ((n + round) % 3 === 0) await anEvent(tx);
            else await appendHits(tx, randomUUID(), hits.slice(0, 1 + (round % 3)));
            if (round % 5 === 4) throw new RollBack();
          })
          .catch(expectRollBack);
      }
    };
    // All of them end before the first failure is told: the others would write on into the next test.
    const ended = await Promise.allSettled(upTo(16).map(writer));
    expect(ended.filter(({ status }) => status === 'rejected')).toEqual([]);
    const placed = await placedIn(owner.db);
    expect(placed.length).toBeGreaterThan(16 * 9);
    expect(placed.map((row) => row.position)).toEqual(upTo(placed.length));
    expect(await readHead(owner.db)).toBe(BigInt(placed.length));
  });

  it('have times that never decrease, even after the clock of the database was put back', async () => {
    // As a server whose clock was an hour ahead would have left it.
    await sql`
      insert into log_hits
        (position, recorded_at, occurred_at, visitor, site_id, agent_id, day, hour, hostname, pathname)
      values (log_head() + 1, clock_timestamp() + interval '1 hour', now(), 1, 1, 0, '2026-03-02', 0, 'x', '/')
    `.execute(owner.db);
    await site.append(pageView('/'));
    const { recordedAt } = await anEvent(owner.db);
    await site.append(pageView('/'));
    expect(recordedAt.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
    const times = (await placedIn(owner.db)).map((row) => row.recordedAt);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

class RollBack extends Error {}

function expectRollBack(e: unknown): void {
  if (!(e instanceof RollBack)) throw e;
}
