import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import { given, pageView, type GivenSite } from '../../../test/given.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { appendHits, type AppendedHits } from '../../log/append-hits.ts';
import type { NewHit } from '../../log/hit.ts';
import { ensureHitPartitions, HITS_PER_PARTITION } from '../../log/partitions.ts';
import { openDatabase, type Database } from '../../platform/database.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import { hitQueue, type HitOutcome, type HitQueue, type HitQueueOptions } from './hit-queue.ts';

let clone: TestDatabase;
let owner: Database;
let writer: Database;
beforeAll(async () => {
  clone = await createTestDatabase();
  owner = openDatabase({ url: clone.url, max: 2, applicationName: 'antics test', onError: () => undefined });
  writer = openDatabase({
    url: clone.url,
    role: 'writer',
    max: 4,
    applicationName: 'antics hit writer',
    onError: () => undefined,
  });
});
afterAll(async () => {
  await writer.close();
  await owner.close();
  await clone.drop();
});

type Record = HitQueueOptions['record'];
const append: Record = (batchId, hits) => appendHits(writer.db, batchId, hits);

/** A queue over the real log; `record` is what stands between, such as a fault. */
function queueOver(record: Record = append, more: Partial<HitQueueOptions> = {}) {
  const calls: { batchId: string; hits: number }[] = [];
  const lines: string[] = [];
  const say = (...line: unknown[]) => void lines.push(String(line.at(-1)));
  const queue = hitQueue({
    record: (batchId, hits) => {
      calls.push({ batchId, hits: hits.length });
      return record(batchId, hits);
    },
    ensurePartitions: () => ensureHitPartitions(writer.db),
    newBatchId: () => uuid7(Date.now()),
    onAppended: () => undefined,
    log: { warn: say, error: say },
    ...more,
  });
  return { queue, calls, lines };
}

let names = 0;
/** Hits that can be told apart by their path. */
async function hitsOf(site: GivenSite, count: number): Promise<NewHit[]> {
  const views = Array.from({ length: count }, () => pageView(`/${(names += 1)}`));
  return site.newHits(...views);
}
async function storedPaths(site: GivenSite): Promise<string[]> {
  const rows = await owner.db
    .selectFrom('log_hits')
    .select('pathname')
    .where('site_id', '=', site.siteId)
    .orderBy('position')
    .execute();
  return rows.map((row) => row.pathname);
}
const pathsOf = (hits: readonly NewHit[]) => hits.map((hit) => hit.pathname);
const addAll = (queue: HitQueue, hits: readonly NewHit[]) => Promise.all(hits.map((hit) => queue.add(hit)));
const lost = () => Object.assign(new Error('Connection terminated unexpectedly'));
/** What `pg` makes of it when it passes on what the server said. */
const sqlError = (code: string) => Object.assign(new Error(code), { code });

describe('group commit', () => {
  it('answers each hit once it can be read, in their order', async () => {
    const site = await given(owner.db).site();
    const hits = await hitsOf(site, 5);
    const { queue } = queueOver();
    expect(await addAll(queue, hits)).toEqual(Array(5).fill('recorded'));
    expect(await storedPaths(site)).toEqual(pathsOf(hits));
    expect(queue.depth()).toBe(0);
  });

  it('has one batch in flight, and the next takes all that came meanwhile', async () => {
    const site = await given(owner.db).site();
    let inFlight = 0;
    let most = 0;
    const { queue, calls } = queueOver(
      async (batchId, hits) => {
        most = Math.max(most, (inFlight += 1));
        await sleep(20);
        const appended = await append(batchId, hits);
        inFlight -= 1;
        return appended;
      },
      { maxBatch: 6 },
    );
    const [first, ...rest] = await hitsOf(site, 16);
    const answers = [queue.add(first as NewHit)];
    await sleep(5);
    answers.push(...rest.map((hit) => queue.add(hit)));
    await Promise.all(answers);
    expect(most).toBe(1);
    expect(calls.map((call) => call.hits)).toEqual([1, 6, 6, 3]);
    expect(await storedPaths(site)).toHaveLength(16);
  });

  it('serves 64 writers at once and loses nothing while their connections are cut', async () => {
    const site = await given(owner.db).site();
    const { queue, calls, lines } = queueOver();
    const hits = await hitsOf(site, 64 * 60);
    let next = 0;
    let cuts = 0;
    const write = async (): Promise<HitOutcome[]> => {
      const said: HitOutcome[] = [];
      for (let hit = hits[next++]; hit !== undefined; hit = hits[next++]) said.push(await queue.add(hit));
      return said;
    };
    const cut = async (): Promise<void> => {
      while (next < hits.length && cuts < 5) {
        const { rows } = await sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'antics hit writer' and datname = current_database() and state = 'active'`.execute(
          owner.db,
        );
        cuts += rows.length;
        await sleep(rows.length > 0 ? 100 : 1);
      }
    };
    const [outcomes] = await Promise.all([Promise.all(Array.from({ length: 64 }, write)), cut()]);
    expect(cuts).toBeGreaterThan(0);
    expect(new Set(outcomes.flat())).toEqual(new Set(['recorded']));
    const stored = await storedPaths(site);
    expect(stored).toHaveLength(hits.length);
    expect(new Set(stored)).toEqual(new Set(pathsOf(hits)));
    expect(calls.length).toBeLessThan(hits.length / 4);
    expect(lines).toContain('an append failed and is tried again');
  });
});

describe('an unknown outcome', () => {
  it('is asked for by the same id, so that a hit is stored once', async () => {
    const site = await given(owner.db).site();
    let attempts = 0;
    const { queue, calls } = queueOver(async (batchId, hits) => {
      const appended = await append(batchId, hits);
      if ((attempts += 1) <= 2) throw lost(); // after COMMIT, before the answer
      return appended;
    });
    const hits = await hitsOf(site, 3);
    expect(await addAll(queue, hits)).toEqual(['recorded', 'recorded', 'recorded']);
    expect(await storedPaths(site)).toEqual(pathsOf(hits));
    expect(new Set(calls.map((call) => call.batchId)).size).toBe(1);
    expect(calls).toHaveLength(3);
  });

  it('tells of deleted sites by the first answer too', async () => {
    const site = await given(owner.db).site();
    const [good, gone] = (await hitsOf(site, 2)) as [NewHit, NewHit];
    let attempts = 0;
    const { queue } = queueOver(async (batchId, hits) => {
      const appended = await append(batchId, hits);
      if ((attempts += 1) === 1) throw lost();
      return appended;
    });
    expect(await addAll(queue, [good, { ...gone, siteId: 999_999 }])).toEqual(['recorded', 'site_gone']);
  });
});

describe('a batch with a bad row', () => {
  it('is halved until the row fails alone', async () => {
    const site = await given(owner.db).site();
    const { queue, calls, lines } = queueOver();
    const hits = await hitsOf(site, 20);
    hits[13] = { ...(hits[13] as NewHit), props: '{"a":"\\u0000"}' };
    const outcomes = await addAll(queue, hits);
    expect(outcomes.map((outcome, i) => (outcome === 'refused' ? i : null)).filter((i) => i !== null)).toEqual([13]);
    expect(new Set(outcomes)).toEqual(new Set(['recorded', 'refused']));
    expect(await storedPaths(site)).toEqual(pathsOf(hits.filter((_, i) => i !== 13)));
    expect(new Set(calls.map((call) => call.batchId)).size).toBe(calls.length);
    expect(lines).toEqual(['the database does not take a hit: it is refused']);
  });

  it('does not hold up those that come after it', async () => {
    const site = await given(owner.db).site();
    const { queue } = queueOver();
    const [bad, good] = (await hitsOf(site, 2)) as [NewHit, NewHit];
    expect(await queue.add({ ...bad, day: '2026-02-30' })).toBe('refused');
    expect(await queue.add(good)).toBe('recorded');
  });
});

describe('overload', () => {
  it('refuses at once what there is no room for, by number and by size', async () => {
    const site = await given(owner.db).site();
    const gate = Promise.withResolvers<void>();
    const waiting: Record = async (batchId, hits) => {
      await gate.promise;
      return append(batchId, hits);
    };
    const hits = await hitsOf(site, 4);
    const byNumber = queueOver(waiting, { maxHits: 3 }).queue;
    const bySize = queueOver(waiting, { maxBytes: 1_500 }).queue;
    const answers = [byNumber, bySize].map((queue) => addAll(queue, hits));
    expect(await byNumber.add(hits[0] as NewHit)).toBe('overloaded');
    gate.resolve();
    expect(await answers[0]).toEqual(['recorded', 'recorded', 'recorded', 'overloaded']);
    expect(await answers[1]).toEqual(['recorded', 'recorded', 'recorded', 'overloaded']);
    expect(await bySize.add(hits[3] as NewHit)).toBe('recorded');
  });

  it('gives up on a server that stays away, and tries again with one hit at a time', async () => {
    const site = await given(owner.db).site();
    let away = true;
    const { queue, calls } = queueOver(
      (batchId, hits) => (away ? Promise.reject(sqlError('57P03')) : append(batchId, hits)),
      { patienceMs: 200 },
    );
    const hits = await hitsOf(site, 6);
    const started = performance.now();
    const first = queue.add(hits[0] as NewHit);
    await sleep(20);
    expect(await addAll(queue, hits.slice(1, 3))).toEqual(['overloaded', 'overloaded']);
    expect(await first).toBe('overloaded');
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(new Set(calls.map((call) => call.batchId)).size).toBe(1);

    const probe = queue.add(hits[3] as NewHit);
    expect(await queue.add(hits[4] as NewHit)).toBe('overloaded');
    away = false;
    expect(await probe).toBe('recorded');
    expect(await queue.add(hits[5] as NewHit)).toBe('recorded');
    expect(await storedPaths(site)).toEqual(pathsOf([hits[3], hits[5]] as NewHit[]));
  });

  it('does not wait for ever for a server that answers nothing', async () => {
    const site = await given(owner.db).site();
    const { queue } = queueOver(() => new Promise<AppendedHits>(() => undefined), { patienceMs: 100 });
    expect(await addAll(queue, await hitsOf(site, 2))).toEqual(['overloaded', 'overloaded']);
  });
});

describe('drain', () => {
  it('answers what waits, takes nothing more, and can be called twice', async () => {
    const site = await given(owner.db).site();
    const { queue } = queueOver(async (batchId, hits) => {
      await sleep(30);
      return append(batchId, hits);
    });
    const hits = await hitsOf(site, 4);
    const first = queue.add(hits[0] as NewHit);
    await sleep(10);
    const others = addAll(queue, hits.slice(1, 3));
    const drained = Promise.all([queue.drain(), queue.drain()]);
    expect(await queue.add(hits[3] as NewHit)).toBe('overloaded');
    await drained;
    expect(queue.depth()).toBe(0);
    expect([await first, ...(await others)]).toEqual(['recorded', 'recorded', 'recorded']);
    expect(await storedPaths(site)).toEqual(pathsOf(hits.slice(0, 3)));
    await queue.drain();
  });

  it('answers what it cannot store in time', async () => {
    const site = await given(owner.db).site();
    const { queue } = queueOver(() => new Promise<AppendedHits>(() => undefined), { patienceMs: 500 });
    const answer = queue.add((await hitsOf(site, 1))[0] as NewHit);
    await queue.drain(50);
    expect(await answer).toBe('overloaded');
  });
});

describe('partitions', () => {
  it('are made when positions have left the last one, and the append goes on', async () => {
    const site = await given(owner.db).site();
    const { rows } = await sql<{ last: number }>`
      select max(right(relname, 5)::int) as last from pg_class where relname ~ '^log_hits_\\d{5}$'`.execute(owner.db);
    const end = BigInt((rows[0]?.last ?? 0) + 1) * BigInt(HITS_PER_PARTITION) - 1n;
    // The head on the last position that there is room for.
    await sql`
      insert into log_hits (position, recorded_at, occurred_at, visitor, site_id, agent_id, day, hour, hostname, pathname)
      values (${end.toString()}::bigint, now(), now(), 1, 0, 0, now()::date, 0, 'x', '/')`.execute(owner.db);
    let made = 0;
    const { queue } = queueOver(append, {
      async ensurePartitions() {
        made += await ensureHitPartitions(writer.db);
      },
    });
    const hits = await hitsOf(site, 3);
    expect(await addAll(queue, hits)).toEqual(['recorded', 'recorded', 'recorded']);
    expect(await storedPaths(site)).toEqual(pathsOf(hits));
    // Ahead of the head, which is that of the new positions and one beyond; a third once the append is known.
    expect([2, 3]).toContain(made);
  });

  it('are looked after once a partition', async () => {
    const site = await given(owner.db).site();
    let asked = 0;
    const { queue } = queueOver(append, { ensurePartitions: () => Promise.resolve((asked += 1)) });
    for (const hit of await hitsOf(site, 3)) await queue.add(hit);
    expect(asked).toBe(1);
  });
});
