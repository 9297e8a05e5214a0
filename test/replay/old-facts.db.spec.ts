import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import { simulate } from '../../src/cli/simulate/simulate.ts';
import type { Db } from '../../src/platform/database.ts';
import { completeFacts } from '../../src/projections/engine/catch-up.ts';
import { ensureServing } from '../../src/projections/engine/generation.ts';
import { foldStep } from '../../src/projections/engine/step.ts';
import { readWindow } from '../../src/projections/facts/last-day.read.ts';
import { namesOf } from '../../src/projections/facts/names.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { engagement, event, given, pageView, type GivenSite } from '../given.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';
import { projectionsOf, untilCaughtUp, type Projections } from './projections-of.ts';
import { rebuildNow } from './rebuilding.ts';

// Facts as a version made them that knew neither vitals nor events that happen by themselves, although the log has both.

/** Such facts have no view yet that shows what they lack. */
const OLD = { ...CATALOG, views: CATALOG.views.filter(({ name, version }) => version === 1 && name !== 'vitals') };
const DAYS = ['2026-01-05', '2026-01-28', '2026-03-03'];
const names = namesOf(1);

let database: TestDatabase;
let projections: Projections;
let db: Db;
let site: GivenSite;

beforeEach(async () => {
  database = await createTestDatabase();
  projections = projectionsOf(database.url);
  db = projections.db;
  await ensureServing(db, OLD);
  site = await given(db).site();
}, 60_000);

afterEach(async () => {
  await projections.close();
  await database.drop();
});

/** What was said of hits, told after they were folded: it stood in the log when they were. */
async function tellLog(after: number): Promise<void> {
  await sql`select switch_append_only('log_hits_00000', false)`.execute(db);
  await sql`update log_hits set interactive = false
    where position > ${after} and name is not null and name not in ('engagement', 'Signup')`.execute(db);
  await sql`update log_hits set vitals = jsonb_build_object('lcp', 1000 + position, 'cls', position / 1000.0)
    where position > ${after} and (name is null or name = 'engagement') and pathname <> '/b'`.execute(db);
  await sql`select switch_append_only('log_hits_00000', true)`.execute(db);
}

async function makeOld(): Promise<void> {
  await sql`alter table ${names('hit')} drop column passive, drop column lcp, drop column inp, drop column cls`.execute(db);
  await sql`alter table ${names('visit')} drop column passive`.execute(db);
  await sql`update projections set facts_version = default, facts_filled = default where generation = 1`.execute(db);
}

const visitsOn = (day: string) => [
  pageView('/', { at: `${day}T09:00`, visitor: 'bounces' }),
  event('Shown', { at: `${day}T09:01`, visitor: 'bounces' }),
  pageView('/a', { at: `${day}T09:00`, visitor: 'acts' }),
  event('Shown', { at: `${day}T09:01`, visitor: 'acts' }),
  event('Signup', { at: `${day}T09:02`, visitor: 'acts' }),
  pageView('/a', { at: `${day}T09:00`, visitor: 'reads' }),
  engagement('/a', 20, { at: `${day}T09:01`, visitor: 'reads', scroll: 40 }),
  pageView('/b', { at: `${day}T09:02`, visitor: 'reads', scroll: 70 }),
  event('Shown', { at: `${day}T11:00`, visitor: 'reads' }),
];

async function foldAll(): Promise<void> {
  const projector = projections.startProjector();
  await untilCaughtUp(db);
  await projector.stop();
  expect(projector.errors).toEqual([]);
}

async function expectWhatARebuildMakes(): Promise<void> {
  const same = { state: 'switched', differences: 0 };
  // Upon these facts, and then from the log alone.
  expect(await rebuildNow(db, { url: database.url, name: 'vitals' })).toMatchObject({ state: 'switched' });
  expect(await rebuildNow(db, { url: database.url })).toMatchObject(same);
  expect(await comparedTables()).toEqual(expect.arrayContaining(['hit', 'visit', 'summary_day', 'breakdown_month', 'pages_month', 'vitals_day']));
}

async function comparedTables(): Promise<string[]> {
  const { rows } = await sql<{ table: string }>`
    select t ->> 'table' as table from projection_rebuilds, jsonb_array_elements(comparison -> 'tables') t
    where name = 'all' and (t -> 'rows')::int > 0`.execute(db);
  return rows.map((row) => row.table);
}

const bounces = async (): Promise<number> => {
  const { rows } = await sql<{ n: number }>`select sum(bounces)::int as n from ${names('summary_day')} where site_id = ${site.siteId}`.execute(db);
  return rows[0]?.n ?? 0;
};

it('are brought up to date from the log, with their views, before they are folded on', async () => {
  await site.append(...DAYS.flatMap(visitsOn));
  await simulate(db, { hits: 800, days: 40, sites: 2, seed: 3, actor: 'cli:test' });
  await foldAll();
  await tellLog(0);
  await makeOld();
  expect(await bounces()).toBe(0);
  // Of a visit whose other hits are in the old facts.
  await site.append(pageView('/b', { at: '2026-03-03T09:20', visitor: 'reads', vitals: { inp: 80 } }));
  await foldAll();
  expect(await bounces()).toBe(3);
  const { rows } = await sql`select path, lcp, inp, cls from ${names('hit')}
    where site_id = ${site.siteId} and (lcp is not null or inp is not null)`.execute(db);
  expect(rows).toHaveLength(13);
  await expectWhatARebuildMakes();
}, 60_000);

it('are filled in where a process of the older version has folded on beside', async () => {
  await site.append(...visitsOn('2026-01-05'));
  await foldAll();
  await makeOld();
  await foldAll();
  const before = await untilCaughtUp(db);
  await site.append(...visitsOn('2026-01-28'), ...visitsOn('2026-03-03'));
  await foldAll();
  // It moves its checkpoint alone.
  await db.updateTable('projections').set({ facts_filled: String(before.position) }).execute();
  await tellLog(before.position);
  expect(await bounces()).toBe(0);
  await completeFacts(projections.openFolding('antics test old facts').db, CATALOG, 1);
  expect(await bounces()).toBe(2);
  await expectWhatARebuildMakes();
}, 60_000);

it('can be read before, and their readers wait for nobody who waits for others', async () => {
  await site.append(...visitsOn('2026-01-05'));
  await foldAll();
  await makeOld();
  const day = { fromDay: '2026-01-05', toDay: '2026-01-05' };
  const window = { from: Date.parse('2026-01-05'), to: Date.parse('2026-01-06'), ...day };
  const figures = { visits: 4, bounces: 0, pageviews: 4, events: 4 };
  expect(await readWindow(db, names, site.siteId, window)).toEqual(figures);

  const folding = projections.openFolding('antics test old facts').db;
  let longest = 0;
  // Somebody reads for long.
  const reading = sql`select pg_sleep(1.5) from ${names('hit')} limit 1`.execute(db).then(() => (reads = false));
  let reads = true;
  const step = foldStep(folding, 1, { catalog: CATALOG, maxBatch: 100 }).then((done) => ({ done, reads }));
  while (reads) {
    const started = performance.now();
    expect(await readWindow(db, names, site.siteId, window)).toEqual(figures);
    longest = Math.max(longest, performance.now() - started);
    await sleep(20);
  }
  await reading;
  expect(await step).toMatchObject({ done: { kind: 'filled', atHead: false }, reads: false });
  expect(longest).toBeLessThan(1_000);
  expect(await readWindow(db, names, site.siteId, window)).toEqual(figures);
}, 60_000);
