import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import { newestViews } from '../../src/projections/catalog.ts';
import { compareGenerations, type CompareOptions } from '../../src/projections/compare/compare.ts';
import type { Comparison } from '../../src/projections/compare/comparison.ts';
import { createViewGeneration } from '../../src/projections/engine/generation.ts';
import { switchFacts } from '../../src/projections/engine/switch.ts';
import { namesOf } from '../../src/projections/facts/names.ts';
import { paths } from '../../src/projections/views/paths/v1/paths.view.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { event, given, pageView, type GivenSite } from '../given.ts';
import { headOf, openBeside, positionOf, type Beside } from './beside.ts';
import { keepVisiting } from './meanwhile.ts';
import { projectionsOf } from './projections-of.ts';

let beside: Beside;
let site: GivenSite;
let other: GivenSite;
let ready: number;

beforeAll(async () => {
  beside = await openBeside();
  site = await given(beside.db).site({ domain: 'one.example' });
  other = await given(beside.db).site({ domain: 'two.example' });
  await site.append(
    pageView('/', { at: '2026-01-30T10:00Z', visitor: 'ann', referrer: 'https://google.com/' }),
    pageView('/pricing', { at: '2026-01-30T10:01Z', visitor: 'ann' }),
    event('Signup', { at: '2026-01-30T10:02Z', visitor: 'ann' }),
    pageView('/', { at: '2026-02-11T10:00Z', visitor: 'bob', country: 'DE', width: 400 }),
    pageView('/docs', { at: '2026-02-21T10:00Z', visitor: 'bob' }),
  );
  await other.append(pageView('/', { at: '2026-02-21T10:00Z', visitor: 'eve' }), pageView('/now', { visitor: 'eve' }));
  await beside.fold(1);
});

afterAll(() => beside.close());

beforeEach(async () => {
  ready = await beside.ready({ behind: true });
});

afterEach(async () => {
  await sql`delete from projection_suspended`.execute(beside.db);
  await sql`delete from projection_parked`.execute(beside.db);
  await beside.dropReady();
});

const compare = (options: Partial<CompareOptions> = {}): Promise<Comparison> =>
  compareGenerations({ owner: beside.owner, catalog: CATALOG, name: 'all', generation: ready, ...options });

const change = async (generation: number, table: string, set: string, where: string): Promise<void> => {
  await sql`update ${namesOf(generation)(table)} set ${sql.raw(set)} where ${sql.raw(where)}`.execute(beside.db);
};

describe('a comparison', () => {
  it('brings both to one position, without a worker, and finds them equal', async () => {
    const comparison = await compare();
    expect(comparison).toMatchObject({ name: 'all', generation: ready, serving: 1, equal: true, differences: 0 });
    expect(comparison).toMatchObject({ examples: [], leftOut: [], suspended: [] });
    expect(comparison.position).toBe(await headOf(beside.db));
    expect(await positionOf(beside.db, ready)).toBe(comparison.position);
    const names = comparison.tables.map(({ table }) => table).sort();
    expect(names).toEqual([...newestViews(CATALOG).flatMap(({ tables }) => tables), 'hit', 'visit'].sort());
    expect(comparison.tables.find(({ table }) => table === 'hit')).toMatchObject({ rows: 7, differs: 0, view: 'facts' });
    // What serves is the one behind, once the other was folded on.
    await site.append(pageView('/late', { visitor: 'ann' }));
    await beside.fold(ready);
    expect(await compare()).toMatchObject({ equal: true, position: await headOf(beside.db) });
    expect(await positionOf(beside.db, 1)).toBe(await headOf(beside.db));
  });

  it('goes on while a worker folds and hits come in, and holds up neither', async () => {
    const projections = projectionsOf(beside.url);
    const worker = projections.startProjector();
    const visiting = keepVisiting(site);
    const found: Comparison[] = [];
    // Comparing folds, too: the worker finds something to do in between.
    while (found.length < 8 || worker.folded.length < 2) {
      found.push(await compare());
      await sleep(20);
    }
    const visits = await visiting.end();
    await projections.close();
    expect(found.map(({ equal }) => equal)).toEqual(found.map(() => true));
    const positions = found.map(({ position }) => position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(positions.at(-1)).toBeGreaterThan(positions[0] ?? 0);
    expect([visits > 5, worker.errors]).toEqual([true, []]);
  });

  it('lists each row that was changed, missing or added, by key and value', async () => {
    await beside.fold(ready);
    const day = "day = '2026-02-11'";
    await change(ready, 'summary_day', 'visitors = visitors + 3', day);
    await change(ready, 'pages_day', 'visits = 7', day);
    await change(ready, 'breakdown_day', 'ms = ms + 1000', `${day} and metric = 3`);
    await change(ready, 'paths_day', 'visitors = 4', day);
    await sql`delete from ${namesOf(ready)('breakdown_day')} where metric = 8`.execute(beside.db);
    await sql`insert into ${namesOf(ready)('summary_hour')} select ms, site_id, day, 1, visits, pageviews, events, bounces, 3
      from ${namesOf(ready)('summary_hour')} where ${sql.raw(day)}`.execute(beside.db);

    const { equal, differences, tables, examples } = await compare();
    expect([equal, differences]).toEqual([false, 6]);
    const differing = tables.filter(({ differs }) => differs > 0).map(({ table, differs }) => [table, differs]);
    expect(differing).toEqual([
      ['summary_day', 1],
      ['summary_hour', 1],
      ['pages_day', 1],
      ['breakdown_day', 2],
      ['paths_day', 1],
    ]);
    const of = (table: string) => examples.filter((example) => example.table === table);
    const there = { site: { id: site.id, domain: 'one.example' } };
    expect(of('summary_day')).toEqual([
      { ...there, view: 'summary', table: 'summary_day', key: { day: '2026-02-11' }, measure: 'visitors', before: 1, after: 4 },
    ]);
    expect(of('pages_day')).toMatchObject([{ key: { day: '2026-02-11', path: '/' }, measure: 'visits', before: 1, after: 7 }]);
    const signup = { day: '2026-01-30', metric: 'event', value: 'Signup' };
    expect(of('breakdown_day')).toContainEqual({
      ...{ ...there, view: 'breakdown', table: 'breakdown_day', key: signup },
      ...{ measure: 'visitors', before: 1, after: null },
    });
    expect(of('breakdown_day')).toContainEqual({
      ...{ ...there, view: 'breakdown', table: 'breakdown_day' },
      ...{ key: { day: '2026-02-11', metric: 'country', value: 'DE' }, measure: 'ms', before: 0, after: 1000 },
    });
    expect(of('paths_day')).toMatchObject([{ key: { day: '2026-02-11', path: '/' }, before: 1, after: 4 }]);
    expect(of('summary_hour')).toContainEqual({
      ...{ ...there, view: 'summary', table: 'summary_hour', key: { day: '2026-02-11', hour: '3' } },
      ...{ measure: 'visits', before: null, after: 1 },
    });
    expect(JSON.parse(JSON.stringify(examples))).toEqual(examples);

    expect(await compare({ siteId: other.siteId })).toMatchObject({ equal: true });
    expect(await compare({ name: 'live' })).toMatchObject({ equal: true, tables: [{ table: 'live', differs: 0 }] });
    expect(await compare({ name: 'pages' })).toMatchObject({ equal: false, differences: 1 });
  });

  it('says on which days the facts differ, and lists a hundred figures at most, some of each table', async () => {
    await site.append(...Array.from({ length: 150 }, (_, i) => pageView(`/${i}`, { at: '2026-02-22T10:00Z', visitor: `v${i}` })));
    await beside.fold(1);
    await beside.fold(ready);
    await change(ready, 'visit', 'pageviews = 2', "day = '2026-02-11'");
    await change(ready, 'pages_day', 'visits = visits + 1', "day = '2026-02-22'");
    await change(ready, 'paths_day', 'visits = visits + 1', "day = '2026-02-22'");
    const { differences, examples } = await compare();
    expect(differences).toBe(301);
    expect(examples.length).toBeLessThanOrEqual(100);
    expect(examples.filter(({ table }) => table === 'paths_day').length).toBeGreaterThan(20);
    const ofVisits = examples.filter(({ table }) => table === 'visit');
    expect(ofVisits).toMatchObject([{ view: 'facts', key: { day: '2026-02-11' }, measure: 'checksum' }]);
  });

  it('leaves the days out of hits that one side alone has parked, and says so', async () => {
    const { positions } = await parkAt(ready);
    const comparison = await compare();
    expect(comparison).toMatchObject({ equal: true, differences: 0 });
    expect(comparison.leftOut).toEqual([
      `2026-02-21 of one.example: the hit at position ${positions[0]} is parked or discarded on one side alone`,
    ]);
    // The rest of the site is compared.
    await change(ready, 'summary_day', 'visits = 9', "day = '2026-01-30'");
    expect(await compare()).toMatchObject({ equal: false, differences: 1 });
    await change(ready, 'summary_day', 'visits = 1', "day = '2026-01-30'");
    // Parked on both sides it is nowhere: nothing is left out.
    const both = await beside.ready({ behind: true });
    for (const position of positions) await park(both, position);
    await beside.fold(both);
    const switchTo = (generation: number) => beside.db.transaction().execute((tx) => switchFacts(tx, generation));
    await switchTo(ready);
    expect(await compare({ generation: both })).toMatchObject({ equal: true, leftOut: [], serving: ready });
    await beside.fold(1);
    await switchTo(1);
  });

  it('names a suspended view, and takes no generation that has one for equal', async () => {
    await beside.fold(ready);
    const suspend = (generation: number, view: string) =>
      sql`insert into projection_suspended (generation, view, error, suspended_at)
        values (${generation}, ${view}, 'x', now())`.execute(beside.db);
    await suspend(1, 'paths');
    await change(ready, 'paths_day', 'visits = 9', 'true');
    expect(await compare()).toMatchObject({
      equal: true,
      leftOut: ['paths: suspended in what serves, it cannot be compared'],
    });
    await suspend(ready, 'pages');
    expect(await compare()).toMatchObject({ equal: false, differences: 0, suspended: ['pages'] });
  });

  it('compares who is there now only as far as nobody can have been removed', async () => {
    await beside.fold(ready);
    const insert = async (visitor: number, ago: string): Promise<void> => {
      await sql`insert into ${namesOf(1)('live')} values (${visitor}, now() - ${ago}::interval, ${site.siteId})`.execute(beside.db);
    };
    await insert(1, '26 hours');
    expect(await compare()).toMatchObject({ equal: true });
    await insert(2, '1 hour');
    const { examples } = await compare();
    expect(examples).toMatchObject([{ table: 'live', key: { visitor: '(a visitor)' }, measure: 'last_at', after: null }]);
    await sql`delete from ${namesOf(1)('live')} where visitor < 3 and visitor > 0`.execute(beside.db);
  });

  it('compares of another version the columns that both have, and names the others', async () => {
    await beside.fold(ready);
    await sql`alter table ${namesOf(ready)('paths_day')} add column bounces integer not null default 0`.execute(beside.db);
    await sql`alter table ${namesOf(ready)('summary_day')} drop constraint summary_day_pkey`.execute(beside.db);
    const { equal, leftOut } = await compare();
    expect(equal).toBe(true);
    expect(leftOut).toEqual([
      'summary_day: the two versions of summary find its rows by other columns',
      'paths_day: bounces, which both versions have not alike',
    ]);
  });

  it('compares a view that was built upon the same facts', async () => {
    const generation = await beside.db.transaction().execute((tx) => createViewGeneration(tx, paths, 1));
    await expect(compare({ name: 'paths', generation })).rejects.toThrow('is still being built');
    await sql`update projection_views set state = 'ready' where generation = ${generation}`.execute(beside.db);
    const { differences } = await compare({ name: 'paths', generation });
    expect(differences).toBe((await beside.rows(1, 'paths_day')).length);
    await sql`insert into ${namesOf(generation)('paths_day')} select * from ${namesOf(1)('paths_day')}`.execute(beside.db);
    expect(await compare({ name: 'paths', generation })).toMatchObject({ equal: true, serving: 1, position: await headOf(beside.db) });
  });

  it('refuses what is not there, and what serves', async () => {
    await expect(compare({ generation: 77 })).rejects.toThrow('There is no generation 77 of all.');
    await expect(compare({ generation: 1 })).rejects.toThrow('is what serves');
    await expect(compare({ catalog: { ...CATALOG, ruleSets: [] } })).rejects.toThrow('this Antics has not the versions');
  });
});

/** Parks a hit of the site in one generation, and folds that up to the head. */
async function parkAt(generation: number): Promise<{ positions: number[] }> {
  const { rows } = await sql<{ position: string }>`
    select position from log_hits where site_id = ${site.siteId} and day = '2026-02-21'`.execute(beside.db);
  const positions = rows.map(({ position }) => Number(position));
  for (const position of positions) await park(generation, position);
  await beside.fold(generation);
  return { positions };
}

async function park(generation: number, position: number): Promise<void> {
  await sql`insert into projection_parked (generation, position, error, parked_at)
    values (${generation}, ${position}, 'x', now())`.execute(beside.db);
}
