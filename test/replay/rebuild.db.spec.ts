import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import { simulate } from '../../src/cli/simulate/simulate.ts';
import { rebuildProjections } from '../../src/jobs/rebuild-projections.ts';
import type { Db } from '../../src/platform/database.ts';
import { ensureServing } from '../../src/projections/engine/generation.ts';
import { readServing } from '../../src/projections/engine/status.read.ts';
import { namesOf } from '../../src/projections/facts/names.ts';
import { readRebuilds } from '../../src/projections/rebuild/rebuilds.read.ts';
import { CATALOG, VIEWS } from '../../src/projections/views.ts';
import { given, pageView, type GivenSite } from '../given.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';
import { compareWithOracle } from '../simulated/compare.ts';
import { keepReading, keepVisiting } from './meanwhile.ts';
import { endConnections, projectionsOf, untilCaughtUp, type Projections } from './projections-of.ts';
import { rebuildNow, request, workOn } from './rebuilding.ts';
import { expectSameGenerations } from './same-generations.ts';

const REBUILDER = 'antics test rebuild';

let database: TestDatabase;
let projections: Projections;
let db: Db;
let url: string;
let site: GivenSite;

beforeAll(async () => {
  database = await createTestDatabase();
  url = database.url;
  projections = projectionsOf(url);
  db = projections.db;
  await ensureServing(db, { ...CATALOG, views: VIEWS.filter(({ name }) => name !== 'paths') });
  await simulate(db, { hits: 3_000, days: 12, sites: 2, seed: 21, actor: 'cli:test' });
  site = await given(db).site();
  projections.startProjector();
  await untilCaughtUp(db, 60_000);
}, 120_000);

afterAll(async () => {
  await projections.close();
  await database.drop();
});

async function generations(): Promise<{ generation: number; state: string }[]> {
  return db.selectFrom('projections').select(['generation', 'state']).orderBy('generation').execute();
}

async function servingGeneration(): Promise<number> {
  return (await readServing(db))?.generation ?? 0;
}

async function untilAt(generation: number, position: number): Promise<void> {
  for (;;) {
    const found = await db
      .selectFrom('projections')
      .select('position')
      .where('generation', '=', generation)
      .executeTakeFirstOrThrow();
    if (Number(found.position) === position) return;
    await sleep(50);
  }
}

describe('a rebuild', () => {
  it('of a view that is new in the code is begun by a worker, and read when it is built', async () => {
    expect((await readServing(db))?.versions).not.toHaveProperty('paths');
    const log = { info: () => undefined, warn: () => undefined };
    await rebuildProjections({ owner: db, url, catalog: CATALOG, spamHosts: [], log }, new AbortController().signal);
    expect((await readRebuilds(db))[0]).toMatchObject({ name: 'paths', state: 'switched', actor: 'system', differences: null });
    expect((await untilCaughtUp(db)).versions).toHaveProperty('paths');
  });

  it('equals what was folded live, while hits come in and figures are read', async () => {
    const before = await servingGeneration();
    const visiting = keepVisiting(site);
    const reading = keepReading(db, site);
    const told: number[] = [];
    const done = await rebuildNow(db, { url, hitsAChunk: 700, onProgress: ({ ratio }) => told.push(ratio) });
    await sleep(300);
    await visiting.end();
    const looks = await reading.end();

    expect(done).toMatchObject({ state: 'switched', differences: 0, ratio: 1, error: null });
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect([...new Set(looks.map((look) => look.generation))]).toEqual([before, done.generation]);
    expect(looks.filter((look) => look.read !== look.logged)).toEqual([]);
    const positions = looks.map((look) => look.position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(await generations()).toEqual([
      { generation: before, state: 'previous' },
      { generation: done.generation, state: 'serving' },
    ]);
    await compareWithOracle(db, await untilCaughtUp(db));
  }, 120_000);

  it('that is cut off fifty times, within chunks and before their commits, equals a fresh one and the log', async () => {
    let [kills, built] = [0, 0];
    const kill = async (): Promise<void> => {
      if (kills < 50) kills += Math.min(1, await endConnections(db, REBUILDER));
    };
    // What one has built, and not committed, is lost; and, now and then, what any of them has in hand.
    const onBuilt = async (): Promise<void> => void (++built % 2 === 0 && (await kill()));
    const { rebuildId } = await request(db);
    const ended = new AbortController();
    const killing = (async () => {
      while (!ended.signal.aborted && kills < 50) await sleep(120).then(kill);
    })();
    const options = { url, hitsAChunk: 100, applicationName: REBUILDER, onBuilt };
    let done = await workOn(rebuildId, options).catch(() => undefined);
    while (done === undefined) done = await workOn(rebuildId, options).catch(() => undefined);
    ended.abort();
    await killing;
    expect(done.state).toBe('switched');
    expect(kills).toBe(50);
    const { rows } = await sql<{ hits: number; positions: number }>`
      select count(*)::int as hits, count(distinct position)::int as positions
      from ${namesOf(done.generation ?? 0)('hit')}`.execute(db);
    expect(rows[0]?.hits).toBe(rows[0]?.positions);

    const fresh = await rebuildNow(db, { url });
    const serving = await untilCaughtUp(db);
    await untilAt(done.generation ?? 0, serving.position);
    await expectSameGenerations(db, done.generation ?? 0, fresh.generation ?? 0);
    await compareWithOracle(db, serving);
  }, 240_000);

  it('is one, whoever asks for it and works on it; others wait for its end', async () => {
    const first = await request(db);
    expect(await request(db)).toEqual({ ...first, joined: true });
    await expect(request(db, 'pages')).rejects.toThrow('A rebuild of all is under way');
    await expect(request(db, 'all', site.siteId)).rejects.toThrow('not of one site alone');
    const ends = await Promise.all([1, 2].map(() => workOn(first.rebuildId, { url, hitsAChunk: 500 })));
    expect(ends.map(({ state, generation }) => [state, generation])).toEqual([
      ['switched', await servingGeneration()],
      ['switched', await servingGeneration()],
    ]);
  }, 60_000);

  it('that differs does not serve; it is kept, followed, and replaced on record by the next', async () => {
    const before = await servingGeneration();
    await sql`update ${namesOf(before)('summary_day')} set visits = visits + 1 where (site_id, day) = (
      select site_id, day from ${namesOf(before)('summary_day')} limit 1)`.execute(db);
    const done = await rebuildNow(db, { url });
    expect(done).toMatchObject({ state: 'different', differences: 1 });
    expect(await servingGeneration()).toBe(before);
    await site.append(pageView('/after'));
    await untilAt(done.generation ?? 0, (await untilCaughtUp(db)).position);

    await sql`update ${namesOf(before)('summary_day')} z set visits = s.visits from ${namesOf(done.generation ?? 0)('summary_day')} s
      where s.site_id = z.site_id and s.day = z.day`.execute(db);
    expect((await rebuildNow(db, { url })).state).toBe('switched');
    expect((await readRebuilds(db, { rebuildId: done.rebuild_id }))[0]?.state).toBe('discarded');
    const { rows } = await sql`select from log_events where type = 'ProjectionDiscarded'
      and (data ->> 'generation')::int = ${done.generation}`.execute(db);
    expect(rows).toHaveLength(1);
  }, 60_000);

  it('of one site takes the others over as they are', async () => {
    const before = await servingGeneration();
    const [other] = (await db.selectFrom('sites').select('site_id').orderBy('site_id').limit(1).execute()).map((r) => r.site_id);
    await sql`update ${namesOf(before)('summary_day')} set ms = ms + 77 where site_id = ${other}`.execute(db);
    const visiting = keepVisiting(site);
    const done = await rebuildNow(db, { url, siteId: site.siteId });
    await visiting.end();
    expect(done).toMatchObject({ state: 'switched', site_id: site.id });
    await sql`update ${namesOf(done.generation ?? 0)('summary_day')} set ms = ms - 77 where site_id = ${other}`.execute(db);
    expect(await rebuildNow(db, { url, name: 'pages', siteId: site.siteId })).toMatchObject({ state: 'switched' });
    await compareWithOracle(db, await untilCaughtUp(db));
  }, 60_000);
});
