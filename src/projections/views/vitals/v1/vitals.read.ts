import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../../../../platform/database.ts';
import { periodsOf, readFrontier, slicesOf, unionOfSlices, type Slice } from '../../../facts/frontier.read.ts';
import type { Names } from '../../../facts/names.ts';
import { FEW_VIEWS, VITAL_NAMES, VITALS, vitalOf, type Kind, type Vital } from './kinds.ts';

/** Of each metric the 75th percentile by nearest rank, as it is told (`lcp` and `inp` in ms); null: no view told it. */
export interface VitalsFigures extends Readonly<Record<Vital, number | null>> {
  /** Page views that told the metric which most of them told. */
  readonly views: number;
}

export interface PageVitals extends VitalsFigures {
  readonly pathname: string;
}

export interface VitalsRead {
  /** Of all pages together. */
  readonly summary: VitalsFigures;
  /** Views descending, then pathname by code point. */
  readonly pages: PageVitals[];
}

export interface VitalsQuery {
  siteId: number;
  /** Local days, both included. */
  from: string;
  to: string;
  limit: number;
}

/** The share of views that are at least as good as the figure: 3 of 4. */
const SHARE = { of: sql.lit(4), are: sql.lit(3) };

export async function readVitals(tx: Tx, names: Names, q: VitalsQuery): Promise<VitalsRead> {
  const slices = slicesOf(q.from, q.to, await readFrontier(tx, names, q.siteId));
  const ofSite = await readRanks(tx, rowsOf(names, q, slices, { kind: 'site' }));
  const pages = await readPages(tx, names, q, slices);
  const ofPages = pages.length === 0 ? [] : await readRanks(tx, rowsOf(names, q, slices, { kind: 'page', paths: pages.map(({ path }) => path) }));
  const byPath = Map.groupBy(ofPages, ({ path }) => path);
  return {
    summary: figuresOf('site', ofSite),
    pages: pages.map(({ path, pathname, views }) => ({ pathname, ...figuresOf('page', byPath.get(path) ?? []), views })),
  };
}

interface Rows {
  kind: Kind;
  /** These alone: they are looked up period by period, in place of a pass over all. */
  paths?: readonly string[] | null;
  /** Rows of more views than that. */
  above?: number;
}

function rowsOf(names: Names, q: VitalsQuery, slices: readonly Slice[], { kind, paths = null, above = 0 }: Rows): RawBuilder<unknown> {
  const numbers = sql.lit(`{${VITAL_NAMES.map((vital) => vitalOf(kind, vital)).join()}}`);
  const ofPaths = paths === null ? sql`` : sql`and path = any (${sql.lit(`{${paths.join()}}`)}::bigint[])`;
  const where = sql`site_id = ${sql.lit(q.siteId)} and vital = any (${numbers}::smallint[]) and n > ${sql.lit(above)} ${ofPaths}`;
  return unionOfSlices(names, 'vitals', slices, sql`vital, path, value, n`, where, paths !== null);
}

interface Page {
  path: string;
  pathname: string;
  views: number;
}

/** How many views each page has, of the metric that it has most of. */
const totals = (rows: RawBuilder<unknown>): RawBuilder<unknown> => sql`select path, max(n)::int as views
  from (select vital, path, sum(n) as n from (${rows}) r group by 1, 2) v group by path`;

/**
 * The pages that can be among the first, without adding up the thousands that hardly anybody saw: one whose rows all have
 * few views has at most that many times the number of periods. Null where that decides nothing.
 */
async function findPages(tx: Tx, names: Names, q: VitalsQuery, slices: readonly Slice[]): Promise<string[] | null> {
  const most = sql.lit(FEW_VIEWS * slices.reduce((sum, slice) => sum + periodsOf(slice).length, 0));
  const { rows } = await sql<{ path: string }>`
    with seen as materialized (${totals(rowsOf(names, q, slices, { kind: 'views', above: FEW_VIEWS }))}),
      bar as (select views from seen order by views desc offset ${sql.lit(q.limit - 1)} limit 1)
    select s.path from seen s, bar b where b.views > ${most} and s.views >= b.views - ${most}`.execute(tx);
  return rows.length === 0 ? null : rows.map(({ path }) => path);
}

/** Texts are looked up for the pages that can be among the first: those that tie with the last of them, too. */
async function readPages(tx: Tx, names: Names, q: VitalsQuery, slices: readonly Slice[]): Promise<Page[]> {
  const paths = await findPages(tx, names, q, slices);
  const { rows } = await sql<Page>`
    with total as materialized (${totals(rowsOf(names, q, slices, { kind: 'views', paths }))})
    select x.path, t.value as pathname, x.views
    from (select * from total where views >= coalesce((select views from total order by views desc
        offset ${sql.lit(q.limit - 1)} limit 1), 0)) x
      join ${names('term')} t on t.site_id = ${sql.lit(q.siteId)} and t.term_id = x.path
    order by x.views desc, t.value collate "C" limit ${sql.lit(q.limit)}`.execute(tx);
  return rows;
}

interface Ranked {
  path: string;
  vital: number;
  p75: number;
  views: number;
}

/** By nearest rank: the smallest value that so many of all views do not exceed. */
async function readRanks(tx: Tx, rows: RawBuilder<unknown>): Promise<Ranked[]> {
  const { rows: ranked } = await sql<Ranked>`
    select path, vital, min(value) filter (where ${SHARE.of} * up_to >= ${SHARE.are} * views) as p75, max(views)::int as views
    from (
      select path, vital, value, sum(n) over (partition by path, vital order by value) as up_to,
        sum(n) over (partition by path, vital) as views
      from (select path, vital, value, sum(n)::bigint as n from (${rows}) r group by 1, 2, 3) v) x
    group by 1, 2`.execute(tx);
  return ranked;
}

function figuresOf(kind: Kind, ranked: readonly Ranked[]): VitalsFigures {
  const told = VITAL_NAMES.map((vital): [Vital, number | null] => {
    const found = ranked.find((one) => one.vital === vitalOf(kind, vital));
    return [vital, found === undefined ? null : found.p75 / VITALS[vital].unit];
  });
  const figures = Object.fromEntries(told) as Record<Vital, number | null>;
  return { ...figures, views: Math.max(0, ...ranked.map(({ views }) => views)) };
}
