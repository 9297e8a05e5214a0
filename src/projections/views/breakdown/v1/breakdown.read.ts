import { sql, type RawBuilder } from 'kysely';
import { CHANNELS } from '../../../../domain/rules/v1/source/channel.ts';
import type { Tx } from '../../../../platform/database.ts';
import type { Names } from '../../../facts/names.ts';
import { readFrontier, slicesOf, unionOfSlices, type Slice } from '../../../facts/frontier.read.ts';
import { countryOfCode, DEVICES, SHARED_TERMS, termId } from '../../../facts/terms.ts';
import { METRICS, type Metric } from './metrics.ts';
import { findTopPages } from './top-pages.read.ts';

export interface BreakdownRow {
  value: string;
  visitors: number;
  visits: number;
  /** Page views; for `event` the number of events. */
  pageviews: number;
  bounces: number;
  /** Visits entered at the page; 0 but for `pathname`. */
  entries: number;
  /** Views whose time is known; 0 but for `pathname`. */
  timed: number;
  /** Sum of the visits' durations; for `pathname` of the time on the page. */
  ms: number;
  /** Sum of how far the views were scrolled, in percent, and the number of views that told it; 0 but for `pathname`. */
  scroll: number;
  scrolled: number;
}

export interface BreakdownQuery {
  siteId: number;
  metric: Metric;
  /** Local days, both included. */
  from: string;
  to: string;
  limit: number;
  /** What the serving version of `pages` tells of scrolling (`pagesReads`); without it nothing is told. */
  pages?: { scroll: RawBuilder<unknown> };
  /** The last row of the page before. */
  after?: { visitors: number; value: string };
}

const NO_SCROLL = sql`0 as scroll, 0 as scrolled`;

/** Columns of the pages that stand for a metric's measures, but for those of scrolling. */
const PAGE_COLUMNS = {
  pathname: sql`visitors, visits, pageviews, coalesce(entry_bounces, 0) as bounces, coalesce(entries, 0) as entries,
    coalesce(timed, 0) as timed, coalesce(ms, 0) as ms`,
  entry_page: sql`entry_visitors as visitors, entries as visits, coalesce(entry_pageviews, 0) as pageviews,
    coalesce(entry_bounces, 0) as bounces, 0 as entries, 0 as timed, coalesce(entry_ms, 0) as ms`,
  exit_page: sql`exit_visitors as visitors, exits as visits, coalesce(exit_pageviews, 0) as pageviews,
    coalesce(exit_bounces, 0) as bounces, 0 as entries, 0 as timed, coalesce(exit_ms, 0) as ms`,
} as const;

const isPage = (metric: Metric): metric is keyof typeof PAGE_COLUMNS => metric in PAGE_COLUMNS;

function rowsOf(
  names: Names,
  q: Pick<BreakdownQuery, 'siteId' | 'metric' | 'pages'>,
  slices: readonly Slice[],
  paths: readonly string[] | null,
): RawBuilder<unknown> {
  const site = sql`site_id = ${sql.lit(q.siteId)}`;
  if (!isPage(q.metric)) {
    const columns = sql`value, visitors, visits, pageviews, bounces, 0 as entries, 0 as timed, ms, ${NO_SCROLL}`;
    const where = sql`${site} and metric = ${sql.lit(METRICS[q.metric].id)}`;
    return unionOfSlices(names, 'breakdown', slices, columns, where);
  }
  const here = { pathname: sql``, entry_page: sql`and entries is not null`, exit_page: sql`and exits is not null` };
  const scroll = q.metric === 'pathname' ? (q.pages?.scroll ?? NO_SCROLL) : NO_SCROLL;
  const columns = sql`path as value, ${PAGE_COLUMNS[q.metric]}, ${scroll}`;
  const where = sql`${site} ${here[q.metric]} ${paths === null ? sql`` : sql`and path = any (${pathList(paths)})`}`;
  return unionOfSlices(names, 'pages', slices, columns, where, paths !== null);
}

const pathList = (paths: readonly string[]): RawBuilder<unknown> => sql`${sql.lit(`{${paths.join()}}`)}::bigint[]`;

/** Pages looked at first, as long as they fit on one page of an answer. */
const MOST_TOP_PAGES = 200;

/** The text of a value and, where that needs a dictionary, the join that brings it. */
function textOf(names: Names, siteId: number, metric: Metric): { text: RawBuilder<unknown>; join: RawBuilder<unknown> } {
  const term = (site: number) => ({
    text: sql`t.value`,
    join: sql`join ${names('term')} t on t.site_id = ${sql.lit(site)} and t.term_id = x.value`,
  });
  const label = (labels: readonly string[], first: number) => ({
    text: sql`(array[${sql.join(labels.map((l) => sql.lit(l)))}]::text[])[x.value - ${sql.lit(first - 1)}]`,
    join: sql``,
  });
  switch (METRICS[metric].text) {
    case 'term':
      return term(siteId);
    case 'shared':
      return term(SHARED_TERMS);
    case 'country':
      return { text: countryOfCode(sql`x.value`), join: sql`` };
    case 'device':
      return label(DEVICES, 1);
    case 'channel':
      return label(CHANNELS, 0);
  }
}

/**
 * Rows of a metric, visitors descending, then value by code point. Texts are looked up for the rows that can be on the
 * page only: those with at least the visitors of its last row.
 */
export async function readBreakdown(tx: Tx, names: Names, q: BreakdownQuery): Promise<BreakdownRow[]> {
  const slices = slicesOf(q.from, q.to, await readFrontier(tx, names, q.siteId));
  const { metric, limit } = q;
  const top =
    isPage(metric) && q.after === undefined && limit <= MOST_TOP_PAGES
      ? await findTopPages(tx, names, { siteId: q.siteId, metric, limit }, slices)
      : null;
  const { text, join } = textOf(names, q.siteId, q.metric);
  const ofCursor = q.after === undefined ? sql`` : sql`and visitors <= ${sql.lit(q.after.visitors)}`;
  // Those that tie with the cursor may have been on the page before: they do not count for the bar.
  const below = q.after === undefined ? sql`` : sql`where visitors < ${sql.lit(q.after.visitors)}`;
  const pageAfter =
    q.after === undefined
      ? sql``
      : sql`and (x.visitors < ${sql.lit(q.after.visitors)} or ${text} collate "C" > ${q.after.value})`;
  const { rows } = await sql<BreakdownRow>`
    with total as materialized (
      select value, sum(visitors)::int as visitors, sum(visits)::int as visits, sum(pageviews)::int as pageviews,
        sum(bounces)::int as bounces, sum(entries)::int as entries, sum(timed)::int as timed,
        sum(ms::float8) as ms, sum(scroll::float8) as scroll, sum(scrolled)::int as scrolled
      from (${rowsOf(names, q, slices, top)}) s group by value
    ), bar as (
      select coalesce((select visitors from total ${below} order by visitors desc
        offset ${sql.lit(q.limit - 1)} limit 1), 0) as visitors
    )
    select ${text} as value, x.visitors, x.visits, x.pageviews, x.bounces, x.entries, x.timed, x.ms,
      x.scroll, x.scrolled
    from (select * from total where visitors >= (select visitors from bar) ${ofCursor}
        and (visitors <> 0 or visits <> 0 or pageviews <> 0)) x ${join}
    where true ${pageAfter}
    order by x.visitors desc, ${text} collate "C" limit ${sql.lit(q.limit)}`.execute(tx);
  return rows;
}

export interface EntryRow {
  pathname: string;
  visitors: number;
  visits: number;
  bounces: number;
}

export interface ExitRow {
  pathname: string;
  visitors: number;
  visits: number;
  /** Visits with a view of the page. */
  visitsWith: number;
}

type EntryExitQuery = Omit<BreakdownQuery, 'metric' | 'after'>;

export async function readEntries(tx: Tx, names: Names, q: EntryExitQuery): Promise<EntryRow[]> {
  const rows = await readBreakdown(tx, names, { ...q, metric: 'entry_page' });
  return rows.map(({ value, visitors, visits, bounces }) => ({ pathname: value, visitors, visits, bounces }));
}

export async function readExits(tx: Tx, names: Names, q: EntryExitQuery): Promise<ExitRow[]> {
  const exits = await readBreakdown(tx, names, { ...q, metric: 'exit_page' });
  const slices = slicesOf(q.from, q.to, await readFrontier(tx, names, q.siteId));
  const paths = sql`array(select ${termId(sql`p`)} from unnest(${exits.map((row) => row.value)}::text[]) p)`;
  const where = sql`site_id = ${sql.lit(q.siteId)} and path = any (${paths})`;
  const { rows } = await sql<{ pathname: string; visits: number }>`
    select t.value as pathname, sum(s.visits)::int as visits
    from (${unionOfSlices(names, 'pages', slices, sql`path, visits`, where, true)}) s
      join ${names('term')} t on t.site_id = ${sql.lit(q.siteId)} and t.term_id = s.path
    group by 1`.execute(tx);
  const visitsWith = new Map(rows.map((row) => [row.pathname, row.visits]));
  return exits.map(({ value, visitors, visits }) => ({
    pathname: value,
    visitors,
    visits,
    visitsWith: visitsWith.get(value) ?? visits,
  }));
}
