import { sql } from 'kysely';

import { rebuildProjections } from '../../src/jobs/rebuild-projections.ts';
import type { Catalog } from '../../src/projections/catalog.ts';
import type { Comparison } from '../../src/projections/compare/comparison.ts';
import { ensureServing } from '../../src/projections/engine/generation.ts';
import { readServing } from '../../src/projections/engine/status.read.ts';
import { promoteProjection } from '../../src/projections/operate/promote.ts';
import { rollBackProjection } from '../../src/projections/operate/rollback.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { getStats } from '../../src/queries/get-stats/get-stats.ts';
import { getVitals } from '../../src/queries/get-vitals/get-vitals.ts';
import { engagement, given, pageView, type GivenSite } from '../given.ts';
import { CONTEXT, openBeside, type Beside } from './beside.ts';
import { rebuildNow } from './rebuilding.ts';

/** A database that an older Antics has made: pages without scroll depth, and no vitals. */
const OLDER: Catalog = {
  ...CATALOG,
  views: CATALOG.views.filter(({ name, version }) => name !== 'vitals' && (name !== 'pages' || version === 1)),
};
const NOW = Date.parse('2026-11-23T12:00Z');
const HITS = [
  pageView('/', { at: '2026-10-02T10:00Z', visitor: 'ann' }),
  engagement('/', 8, { at: '2026-10-02T10:01Z', visitor: 'ann', scroll: 80, vitals: { lcp: 1_000 } }),
  pageView('/', { at: '2026-11-22T10:00Z', visitor: 'ann' }),
  engagement('/', 8, { at: '2026-11-22T10:01Z', visitor: 'ann', scroll: 40, vitals: { lcp: 900, cls: 0.1 } }),
];

let beside: Beside;
let site: GivenSite;

beforeEach(async () => {
  beside = await openBeside(OLDER);
  site = await given(beside.db).site();
  await site.append(...HITS.slice(0, 2));
  await beside.fold(1);
  // The newer one starts, and folds on.
  await ensureServing(beside.db, CATALOG);
  await site.append(...HITS.slice(2));
  await beside.fold(1, CATALOG);
});

afterEach(() => beside.close());

const asked = { period: '12mo', limit: 10 } as const;
const stats = async (metric: 'pathname' | 'os' = 'pathname') =>
  (await getStats(beside.db, { siteId: site.id, ...asked, metric, after: null }, NOW)).breakdown;
const vitals = async () => (await getVitals(beside.db, { siteId: site.id, ...asked }, NOW)).vitals;
const serving = async () => (await readServing(beside.db))?.versions;

describe('a newer version of pages', () => {
  it('is built when asked for, and switched to, since what both tell is the same; v1 serves until then', async () => {
    expect(await serving()).toMatchObject({ pages: 1 });
    expect(await stats()).toMatchObject([{ value: '/', pageviews: 2, time_on_page: 8, scroll_depth: null }]);
    const { state, differences } = await rebuildNow(beside.db, { url: beside.url, name: 'pages' });
    expect({ state, differences }).toEqual({ state: 'switched', differences: 0 });
    const { comparison } = await beside.db.selectFrom('projection_rebuilds').select('comparison').executeTakeFirstOrThrow();
    expect((comparison as Comparison).leftOut).toContain('pages_day: scroll, scrolled, which both versions have not alike');
    expect(await serving()).toMatchObject({ pages: 2 });
    expect(await stats()).toMatchObject([{ value: '/', pageviews: 2, time_on_page: 8, scroll_depth: 60 }]);

    // Both are folded on, and one can go back.
    await site.append(pageView('/', { at: '2026-11-22T11:00Z', visitor: 'bob' }));
    await site.append(engagement('/', 5, { at: '2026-11-22T11:01Z', visitor: 'bob', scroll: 90 }));
    await beside.fold(1, CATALOG);
    expect(await stats()).toMatchObject([{ pageviews: 3, time_on_page: 7, scroll_depth: 70 }]);
    await rollBackProjection({ database: beside.owner, catalog: CATALOG }, { name: 'pages', context: CONTEXT });
    expect(await stats()).toMatchObject([{ pageviews: 3, time_on_page: 7, scroll_depth: null }]);
  }, 60_000);

  it('is not switched to where a figure that both tell is another one', async () => {
    const names = (await readServing(beside.db))?.names;
    await sql`update ${names?.('pages_day') ?? sql``} set ms = ms + 1 where day = '2026-11-22'`.execute(beside.db);
    const { state, differences } = await rebuildNow(beside.db, { url: beside.url, name: 'pages' });
    expect({ state, differences }).toEqual({ state: 'different', differences: 1 });
    expect(await serving()).toMatchObject({ pages: 1 });
    await promoteProjection({ database: beside.owner, catalog: CATALOG }, { name: 'pages', reason: 'changed by hand', context: CONTEXT });
    expect(await serving()).toMatchObject({ pages: 2 });
    expect(await stats()).toMatchObject([{ time_on_page: 8, scroll_depth: 60 }]);
  }, 60_000);
});

describe('a view that is new', () => {
  it('is built by a worker that starts; until then its reads say so, and no others', async () => {
    await expect(vitals()).rejects.toMatchObject({ code: 'no_projection', message: 'The view "vitals" is not built yet.' });
    expect([(await stats()).length, (await stats('os')).length]).toEqual([1, 1]);
    const log = { info: () => undefined, warn: () => undefined };
    const o = { owner: beside.db, url: beside.url, catalog: CATALOG, spamHosts: [], log };
    await rebuildProjections(o, new AbortController().signal);
    expect(await serving()).toMatchObject({ pages: 1, vitals: 1 });
    expect(await vitals()).toEqual([{ pathname: '/', lcp: 1_000, inp: null, cls: 0.1, views: 2 }]);
    expect(await stats()).toMatchObject([{ value: '/', pageviews: 2 }]);
  }, 60_000);
});
