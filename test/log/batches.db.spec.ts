import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { sql } from 'kysely';

import { agentIds } from '../../src/log/agents.ts';
import { appendEvent, STREAM_VERSION_CONFLICT } from '../../src/log/append-event.ts';
import { appendHits } from '../../src/log/append-hits.ts';
import { readHead } from '../../src/log/head.ts';
import type { Database, Db } from '../../src/platform/database.ts';
import { arbitraryLog } from '../arbitrary/log.ts';
import { given, pageView, type GivenSite } from '../given.ts';
import { rowsOf } from '../oracle/log-row.ts';
import { createLogDatabase, type LogDatabase } from './log-database.ts';
import { upTo } from './positions.ts';

let log: LogDatabase;
let owner: Database;
let site: GivenSite;

beforeAll(async () => {
  log = await createLogDatabase();
  owner = log.open('owner', 10);
  site = await given(owner.db).site();
});
afterAll(() => log.close());

describe('a batch of hits', () => {
  it('sent again under its id answers what it did, and is not stored again', async () => {
    const batch = randomUUID();
    const first = await appendHits(owner.db, batch, await site.newHits(pageView('/'), pageView('/a')));
    await site.append(pageView('/between'));
    const head = await readHead(owner.db);
    expect(await appendHits(owner.db, batch, await site.newHits(pageView('/'), pageView('/a')))).toEqual(first);
    expect(await readHead(owner.db)).toBe(head);
  });

  it('is stored once when both sendings run at the same time', async () => {
    const batch = randomUUID();
    const hits = await site.newHits(pageView('/'), pageView('/a'));
    const head = await readHead(owner.db);
    const answers = await Promise.all(upTo(8).map(() => appendHits(owner.db, batch, hits)));
    expect(answers).toEqual(Array(8).fill({ firstPosition: head + 1n, lastPosition: head + 2n, rejected: [] }));
    expect(await readHead(owner.db)).toBe(head + 2n);
  });

  it('may be sent again where the first sending was rolled back', async () => {
    const batch = randomUUID();
    const hits = await site.newHits(pageView('/'));
    const head = await readHead(owner.db);
    const lost = owner.db.transaction().execute(async (tx) => {
      await appendHits(tx, batch, hits);
      throw new Error('lost');
    });
    await expect(lost).rejects.toThrow('lost');
    expect((await appendHits(owner.db, batch, hits)).firstPosition).toBe(head + 1n);
  });

  it('gives no position to hits of a site that is gone, and says which they were', async () => {
    const gone = await given(owner.db).site();
    const hits = await site.newHits(...upTo(4).map((n) => pageView(`/${n}`)));
    await sql`delete from sites where site_id = ${gone.siteId}`.execute(owner.db);
    const mixed = hits.map((hit, i) => (i % 2 === 0 ? { ...hit, siteId: gone.siteId } : hit));
    const batch = randomUUID();
    const answer = await appendHits(owner.db, batch, mixed);
    const head = await readHead(owner.db);
    expect(answer).toEqual({ firstPosition: head - 1n, lastPosition: head, rejected: [0, 2] });
    expect((await rowsFrom(owner.db, head - 2n)).map((row) => row.pathname)).toEqual(['/2', '/4']);
    expect(await appendHits(owner.db, batch, mixed)).toEqual(answer);
  });

  it('has no positions where every hit was rejected, or there was none', async () => {
    const head = await readHead(owner.db);
    const nobodys = (await site.newHits(pageView('/'))).map((hit) => ({ ...hit, siteId: 2_000_000_000 }));
    const none = { firstPosition: null, lastPosition: null };
    expect(await appendHits(owner.db, randomUUID(), nobodys)).toEqual({ ...none, rejected: [0] });
    expect(await appendHits(owner.db, randomUUID(), [])).toEqual({ ...none, rejected: [] });
    expect(await readHead(owner.db)).toBe(head);
  });

  it('is stored whole or not at all', async () => {
    const head = await readHead(owner.db);
    const hits = await site.newHits(pageView('/'), pageView('/'), pageView('/'));
    const broken = hits.map((hit, i) => (i === 1 ? { ...hit, props: '{"broken"' } : hit));
    await expect(appendHits(owner.db, randomUUID(), broken)).rejects.toMatchObject({ code: '22P02' });
    expect(await readHead(owner.db)).toBe(head);
  });

  it('comes back as it was given, whatever the texts are', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryLog({ maxHits: 20 }), fc.string({ unit: 'grapheme' }), async ({ arrivals }, text) => {
        const odd = text.replaceAll('\0', '');
        const hits = [pageView(`/${odd}`, { hostname: odd, query: odd, referrer: odd, props: { [odd]: odd } })];
        hits.push(...arrivals.map((arrival) => arrival.hit));
        const head = await readHead(owner.db);
        await site.append(...hits);
        const ids = await agentIds(owner.db, [...new Set(hits.map((hit) => hit.userAgent))]);
        const expected = rowsOf(site, hits, Number(head) + 1).map(({ recorded_at: _, user_agent, ...row }) => ({
          ...row,
          agent_id: ids.get(user_agent),
        }));
        const stored = (await rowsFrom(owner.db, head)).map(({ recorded_at: _, ...row }) => row);
        expect(stored).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a stream of events', () => {
  const append = (stream: string, expectedVersion: number | null) =>
    appendEvent(owner.db, {
      stream,
      expectedVersion,
      type: 'ApiKeyRevoked',
      schemaVersion: 1,
      actor: 'user:ann',
      commandId: randomUUID(),
      data: { id: randomUUID() },
    });

  it('counts its versions from 1', async () => {
    const stream = `key:${randomUUID()}`;
    expect((await append(stream, 0)).version).toBe(1);
    expect((await append(stream, 1)).version).toBe(2);
    expect((await append(stream, null)).version).toBe(3);
  });

  it.each([
    ['new', 0, 1],
    ['one behind', 2, 1],
    ['one ahead', 0, 2],
  ])('refuses a command that expects another version: %s', async (_, stands, expected) => {
    const stream = `key:${randomUUID()}`;
    for (let version = 0; version < stands; version++) await append(stream, version);
    const head = await readHead(owner.db);
    await expect(append(stream, expected)).rejects.toMatchObject({ code: STREAM_VERSION_CONFLICT });
    expect(await readHead(owner.db)).toBe(head);
  });

  it('takes one of several commands that expect the same version', async () => {
    const stream = `key:${randomUUID()}`;
    const answers = await Promise.allSettled(upTo(8).map(() => append(stream, 0)));
    const refused = answers.filter((answer) => answer.status === 'rejected').map((answer) => answer.reason as unknown);
    expect(refused).toHaveLength(7);
    for (const reason of refused) expect(reason).toMatchObject({ code: STREAM_VERSION_CONFLICT });
  });
});

function rowsFrom(db: Db, after: bigint) {
  return db.selectFrom('log_hits').selectAll().where('position', '>', String(after)).orderBy('position').execute();
}
