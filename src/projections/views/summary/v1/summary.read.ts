import { sql } from 'kysely';
import type { Tx } from '../../../../platform/database.ts';
import type { Names } from '../../../facts/names.ts';

/** Sums; rates are the caller's. `ms` is the sum of the visits' durations. */
export interface SummaryRow {
  visitors: number;
  visits: number;
  pageviews: number;
  events: number;
  bounces: number;
  ms: number;
}

export interface SummaryDay extends SummaryRow {
  /** `YYYY-MM-DD` */
  day: string;
}

export interface SummaryHour extends SummaryDay {
  hour: number;
}

const sums = sql`coalesce(sum(visitors), 0)::float8 as visitors, coalesce(sum(visits), 0)::float8 as visits,
  coalesce(sum(pageviews), 0)::float8 as pageviews, coalesce(sum(events), 0)::float8 as events,
  coalesce(sum(bounces), 0)::float8 as bounces, coalesce(sum(ms), 0)::float8 as ms`;

/** Both periods in one go: the days from `from` to `to`, both included, and the same of `previous`. */
export async function readSummaries(
  tx: Tx,
  names: Names,
  siteId: number,
  periods: readonly { from: string; to: string }[],
): Promise<SummaryRow[]> {
  const parts = periods.map(
    ({ from, to }) => sql`select ${sums} from ${names('summary_day')}
      where site_id = ${sql.lit(siteId)} and day between ${from}::date and ${to}::date`,
  );
  const { rows } = await sql<SummaryRow>`${sql.join(parts, sql` union all `)}`.execute(tx);
  return rows;
}

/** Days with traffic, in order. */
export async function readDays(
  tx: Tx,
  names: Names,
  siteId: number,
  from: string,
  to: string,
): Promise<SummaryDay[]> {
  const { rows } = await sql<SummaryDay>`
    select day, visitors, visits, pageviews, events, bounces, ms::float8 as ms from ${names('summary_day')}
    where site_id = ${sql.lit(siteId)} and day between ${from}::date and ${to}::date order by day`.execute(tx);
  return rows;
}

/** Hours with traffic, in order. */
export async function readHours(
  tx: Tx,
  names: Names,
  siteId: number,
  from: string,
  to: string,
): Promise<SummaryHour[]> {
  const { rows } = await sql<SummaryHour>`
    select day, hour, visitors, visits, pageviews, events, bounces, ms::float8 as ms from ${names('summary_hour')}
    where site_id = ${sql.lit(siteId)} and day between ${from}::date and ${to}::date order by day, hour`.execute(tx);
  return rows;
}
