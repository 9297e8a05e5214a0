import { sql } from 'kysely';

import { differencesOf, openRecountDatabase, type RecountDatabase } from '../../test/replay/recount-database.ts';
import { engagement, given, pageView, type GivenSite } from '../../test/given.ts';
import { openDatabase } from '../platform/database.ts';
import { createMetrics } from '../metrics.ts';
import { readChecks } from '../projections/recount/checks.read.ts';
import { checkProjections } from './check-projections.ts';

const NOW = Date.parse('2026-03-20T03:37:00Z');

let database: RecountDatabase;
let site: GivenSite;
const errors: unknown[][] = [];
const check = (random = 0) =>
  checkProjections({
    owner: database.db,
    clock: () => NOW,
    log: { error: (...line: unknown[]) => void errors.push(line) },
    random: () => random,
  });

beforeAll(async () => {
  database = await openRecountDatabase();
  site = await given(database.db).site({ domain: 'shop.example' });
  await given(database.db).site();
  await site.append(
    pageView('/secret', { at: '2026-03-19T09:00', visitor: 'ann' }),
    engagement('/secret', 5, { at: '2026-03-19T09:01', visitor: 'ann' }),
    pageView('/old', { at: '2026-02-13T09:00', visitor: 'ann' }),
  );
  await database.fold();
});
afterAll(() => database.close());

it('keeps what it counted: yesterday and another day of each of three sites', async () => {
  await check(0.999);
  const { rows } = await sql`select site_id, day::text, position::int, hits::int, differences::int, views
    from projection_checks order by site_id, day`.execute(database.db);
  const views = { summary: 0, pages: 0, breakdown: 0, paths: 0, vitals: 0 };
  const none = expect.objectContaining({ hits: 0, differences: 0 }) as unknown;
  expect(rows).toEqual([
    { site_id: site.siteId, day: '2026-02-13', position: 5, hits: 1, differences: 0, views },
    { site_id: site.siteId, day: '2026-03-19', position: 5, hits: 2, differences: 0, views },
    none,
    none,
  ]);
  expect(errors).toEqual([]);
  expect(await readChecks(database.db)).toMatchObject({ mismatches: 0 });
});

it('tells the operator of a difference what to do, by its site and day alone, and counts it for good', async () => {
  const undo = await database.change('pages_day', `update t set ms = 6000 where day = '2026-03-19'`);
  await check();
  await undo();
  const text = JSON.stringify(errors);
  expect(errors).toHaveLength(1);
  expect(text).toContain('antics projections verify all --site shop.example --from 2026-03-19 --to 2026-03-19');
  expect(text).toContain('"pages":1');
  expect(text).not.toContain('secret');

  await check();
  expect(errors).toHaveLength(1);
  const { mismatches, checkedAt } = await readChecks(database.db);
  expect(mismatches).toBe(1);
  expect(Math.abs(Date.now() / 1000 - (checkedAt ?? 0))).toBeLessThan(60);
  expect(differencesOf(await database.recount())).toBe(0);
});

it('is in the metrics, as a counter that every process tells alike and that keeps its value without a database', async () => {
  const url = (await sql<{ name: string }>`select current_database() as name`.execute(database.db)).rows[0]?.name ?? '';
  const base = new URL(process.env['TEST_DATABASE_URL'] ?? '');
  base.pathname = `/${url}`;
  const reader = openDatabase({ url: base.href, role: 'reader', max: 1, applicationName: 'test', onError: () => undefined });
  const registry = createMetrics(reader, {});
  const total = 'antics_projection_mismatch_total 1\n';
  expect(await registry.metrics()).toContain(total);
  expect(await registry.metrics()).toContain('# TYPE antics_projection_mismatch_total counter');
  await reader.close();
  expect(await registry.metrics()).toContain(total);
});
