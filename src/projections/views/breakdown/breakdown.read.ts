import { sql, type RawBuilder } from 'kysely';
import { CHANNELS } from '../../../domain/source/channel.ts';
import type { Tx } from '../../../platform/database.ts';
import type { Names } from '../../facts/names.ts';
import { countryOfCode, DEVICES, SHARED_TERMS } from '../../facts/terms.ts';
import { METRICS, type Metric } from './metrics.ts';

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
}

export interface BreakdownQuery {
  siteId: number;
  metric: Metric;
  /** Local days, both included. */
  from: string;
  to: string;
  limit: number;
  /** The last row of the page before. */
  after?: { visitors: number; value: string };
}

/** Whole months of a period come from the month's rows, the days around them from the days'. */
export function splitPeriod(from: string, to: string): { months: [string, string] | null; days: [string, string][] } {
  const firstMonth = from.endsWith('-01') ? from : nextMonth(from);
  const afterLast = nextMonth(nextDay(to).endsWith('-01') ? to : previousMonth(to));
  if (firstMonth >= afterLast) return { months: null, days: [[from, to]] };
  const days: [string, string][] = [];
  if (from < firstMonth) days.push([from, previousDay(firstMonth)]);
  if (afterLast <= to) days.push([afterLast, to]);
  return { months: [firstMonth, previousMonth(afterLast)], days };
}

function shift(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
const nextDay = (day: string) => shift(day, 1);
const previousDay = (day: string) => shift(day, -1);
/** The first of the month after, or before, that of `day`. */
const nextMonth = (day: string) => `${shift(`${day.slice(0, 7)}-28`, 4).slice(0, 7)}-01`;
const previousMonth = (day: string) => `${shift(`${day.slice(0, 7)}-01`, -1).slice(0, 7)}-01`;

const measures = sql`visitors, visits, pageviews, bounces, entries, timed, ms`;

function slices(names: Names, q: { siteId: number; from: string; to: string }, metric: number): RawBuilder<unknown> {
  const { months, days } = splitPeriod(q.from, q.to);
  const slice = (table: string, from: string, to: string) => sql`
    select value, ${measures} from ${names(table)} where site_id = ${sql.lit(q.siteId)}
      and metric = ${sql.lit(metric)} and day between ${sql.lit(from)}::date and ${sql.lit(to)}::date`;
  const parts = days.map(([from, to]) => slice('breakdown_day', from, to));
  if (months !== null) parts.push(slice('breakdown_month', months[0], months[1]));
  return sql.join(parts, sql` union all `);
}

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
        sum(ms::float8) as ms
      from (${slices(names, q, METRICS[q.metric].id)}) s group by value
    ), bar as (
      select coalesce((select visitors from total ${below} order by visitors desc
        offset ${sql.lit(q.limit - 1)} limit 1), 0) as visitors
    )
    select ${text} as value, x.visitors, x.visits, x.pageviews, x.bounces, x.entries, x.timed, x.ms
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
  const { rows } = await sql<{ pathname: string; visits: number }>`
    select t.value as pathname, sum(s.visits)::int as visits
    from ${names('term')} t
      join (${slices(names, q, METRICS.pathname.id)}) s on s.value = t.term_id
    where t.site_id = ${sql.lit(q.siteId)} and t.term_id = any (
      select ('x' || encode(substr(sha256(convert_to(p, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
      from unnest(${exits.map((row) => row.value)}::text[]) p)
    group by 1`.execute(tx);
  const visitsWith = new Map(rows.map((row) => [row.pathname, row.visits]));
  return exits.map(({ value, visitors, visits }) => ({
    pathname: value,
    visitors,
    visits,
    visitsWith: visitsWith.get(value) ?? visits,
  }));
}
