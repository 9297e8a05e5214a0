import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../../../../platform/database.ts';
import { readFrontier, slicesOf, unionOfSlices, type Slice } from '../../../facts/frontier.read.ts';
import type { Names } from '../../../facts/names.ts';
import { VITAL_NAMES, VITALS, vitalOf, type Kind, type Vital } from './kinds.ts';

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
  const ofSite = await readRanks(tx, rowsOf(names, q, slices, 'site'));
  const pages = await readPages(tx, names, q, slices);
  const ofPages = pages.length === 0 ? [] : await readRanks(tx, rowsOf(names, q, slices, 'page', pages.map(({ path }) => path)));
  const byPath = Map.groupBy(ofPages, ({ path }) => path);
  return {
    summary: figuresOf('site', ofSite),
    pages: pages.map(({ path, pathname, views }) => ({ pathname, ...figuresOf('page', byPath.get(path) ?? []), views })),
  };
}

/** Few paths are looked up period by period, in place of a pass over all of them. */
function rowsOf(names: Names, q: VitalsQuery, slices: readonly Slice[], kind: Kind, paths?: readonly string[]): RawBuilder<unknown> {
  const numbers = sql.lit(`{${VITAL_NAMES.map((vital) => vitalOf(kind, vital)).join()}}`);
  const ofPaths = paths === undefined ? sql`` : sql`and path = any (${sql.lit(`{${paths.join()}}`)}::bigint[])`;
  const where = sql`site_id = ${sql.lit(q.siteId)} and vital = any (${numbers}::smallint[]) ${ofPaths}`;
  return unionOfSlices(names, 'vitals', slices, sql`vital, path, value, n`, where, paths !== undefined);
}

interface Page {
  path: string;
  pathname: string;
  views: number;
}

/** Texts are looked up for the pages that can be among the first: those that tie with the last of them, too. */
async function readPages(tx: Tx, names: Names, q: VitalsQuery, slices: readonly Slice[]): Promise<Page[]> {
  const { rows } = await sql<Page>`
    with total as materialized (
      select path, max(n)::int as views from (
        select vital, path, sum(n) as n from (${rowsOf(names, q, slices, 'views')}) r group by 1, 2) v
      group by path
    )
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
