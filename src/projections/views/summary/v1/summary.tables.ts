import { sql } from 'kysely';
import type { Tx } from '../../../../platform/database.ts';
import type { Names } from '../../../facts/names.ts';

/** Half of each page is left free: rows of today are updated with every batch, in place. */
export async function createSummaryTables(tx: Tx, names: Names): Promise<void> {
  const measures = sql`ms bigint not null, site_id integer not null, day date not null, visitors integer not null,
    visits integer not null, pageviews integer not null, events integer not null, bounces integer not null`;
  await sql`create table ${names('summary_day')} (${measures}, primary key (site_id, day))
    with (fillfactor = 50)`.execute(tx);
  await sql`create table ${names('summary_hour')} (${measures}, hour smallint not null,
    primary key (site_id, day, hour)) with (fillfactor = 50)`.execute(tx);
}
