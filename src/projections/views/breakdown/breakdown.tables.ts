import { sql } from 'kysely';
import type { Tx } from '../../../platform/database.ts';
import type { Names } from '../../facts/names.ts';

/**
 * `entries` (visits that entered at the page) and `timed` (views whose time is known) are the denominators of a page's
 * bounce rate and seconds; elsewhere they are 0 and `visits` is the denominator. For events, `pageviews` counts events.
 */
export async function createBreakdownTables(tx: Tx, names: Names): Promise<void> {
  const measures = sql`value bigint not null, ms bigint not null, site_id integer not null, day date not null,
    visitors integer not null, visits integer not null, pageviews integer not null, bounces integer not null,
    entries integer not null, timed integer not null, metric smallint not null`;
  await sql`create table ${names('breakdown_day')} (${measures}, primary key (site_id, metric, day, value))
    with (fillfactor = 90)`.execute(tx);
  // `day` is the first of the month here.
  await sql`create table ${names('breakdown_month')} (${measures}, primary key (site_id, metric, day, value))
    with (fillfactor = 80)`.execute(tx);
}

/** What a batch adds, aggregated once for both tables. */
export const breakdownScratch = sql`create temp table breakdown_delta (value bigint not null, ms bigint not null,
  site_id integer not null, day date not null, visitors integer not null, visits integer not null,
  pageviews integer not null, bounces integer not null, entries integer not null, timed integer not null,
  metric smallint not null) on commit delete rows`;
