import { sql } from 'kysely';
import type { Tx } from '../../../../platform/database.ts';
import type { Scratch } from '../../../facts/batch.tables.ts';
import { GRAINS } from '../../../facts/frontier.ts';
import type { Names } from '../../../facts/names.ts';

export const BREAKDOWN_MEASURES = ['visitors', 'visits', 'pageviews', 'bounces', 'ms'] as const;

const columns = sql`value bigint not null, ms bigint not null, site_id integer not null, day date not null,
  visitors integer not null, visits integer not null, pageviews integer not null, bounces integer not null,
  metric smallint not null`;

/** For events, `pageviews` counts events. */
export async function createBreakdownTables(tx: Tx, names: Names): Promise<void> {
  for (const grain of ['day', ...GRAINS]) {
    await sql`create table ${names(`breakdown_${grain}`)} (${columns}, primary key (site_id, metric, day, value))
      with (fillfactor = 90)`.execute(tx);
  }
}

/** What a batch adds, one row a key. */
export const breakdownScratch: Scratch = { table: 'breakdown_delta', columns };
