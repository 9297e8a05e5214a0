import { sql } from 'kysely';
import { projectionsOf, untilCaughtUp, type Projections } from '../../../test/replay/projections-of.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { simulate } from '../../cli/simulate/simulate.ts';
import { ensureServing } from '../engine/generation.ts';
import type { Serving } from '../engine/status.read.ts';
import { CATALOG } from '../views.ts';
import { readWindow, windowStatement, type Window } from './last-day.read.ts';

let database: TestDatabase;
let projections: Projections;
let serving: Serving;
beforeAll(async () => {
  database = await createTestDatabase();
  projections = projectionsOf(database.url);
  await ensureServing(projections.db, CATALOG);
  await simulate(projections.db, { hits: 3_000, days: 3, sites: 1, seed: 7, actor: 'cli:test' });
  projections.startProjector();
  serving = await untilCaughtUp(projections.db);
});
afterAll(async () => {
  await projections.close();
  await database.drop();
});

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
const around = (from: number, to: number): Window => ({
  from, to, fromDay: day(from - 86_400_000), toDay: day(to + 86_400_000),
});

it('counts between any two instants what the hits say one by one', async () => {
  const { rows } = await sql<{ site_id: number; first: Date; last: Date; instants: Date[] }>`
    select site_id, min(at) as first, max(at) as last, (select array_agg(at order by at) from (
      select at from ${serving.names('hit')} h where h.site_id = max(x.site_id) and not engagement
      order by position % 97, position limit 25) i) as instants
    from ${serving.names('hit')} x group by 1`.execute(projections.db);
  const { site_id: siteId, instants, first, last } = rows[0]!;
  let hits = 0;
  for (const from of [first.getTime() - 1, ...instants.map((at) => at.getTime())]) {
    for (const length of [60_000, 3_600_000, 86_400_000]) {
      const to = Math.min(from + length, last.getTime());
      const counted = await readWindow(projections.db, serving.names, siteId, around(from, to));
      const { rows: naive } = await sql<object>`
        with h as (select * from ${serving.names('hit')} where site_id = ${siteId} and not engagement
          and at > ${new Date(from)}::timestamptz and at <= ${new Date(to)}::timestamptz),
        v as (select * from ${serving.names('visit')} v where site_id = ${siteId} and exists (
          select from h where h.visitor = v.visitor and h.day = v.day and h.at between v.started_at and v.last_at))
        select (select count(*)::int from v) as visits,
          (select count(*)::int from v where pageviews = 1 and events = 0) as bounces,
          (select count(*)::float8 from h where event is null) as pageviews,
          (select count(*)::float8 from h where event is not null) as events`.execute(projections.db);
      expect(counted).toEqual(naive[0]);
      hits += counted.pageviews + counted.events;
    }
  }
  expect(hits).toBeGreaterThan(1_000);
});

it('finds visits and hits by site and day', async () => {
  const statement = windowStatement(serving.names, 1, around(Date.now() - 86_400_000, Date.now()));
  const plan = await projections.db.transaction().execute(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx); // which small tables are read by otherwise
    const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${statement}`.execute(tx);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(plan).toMatch(/Index Cond: \(\(site_id = 1\) AND \(day >= /);
  expect(plan).toMatch(/Index Cond: \(\(site_id = 1\) AND \(day = e\.day\) AND \(visitor = e\.visitor\)\)/);
  expect(plan).not.toMatch(/Seq Scan/);
});
