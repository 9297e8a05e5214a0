import { sql } from 'kysely';
import type { Tx } from '../../../../platform/database.ts';
import type { Scratch } from '../../../facts/batch.tables.ts';
import { GRAINS } from '../../../facts/frontier.ts';
import type { Names } from '../../../facts/names.ts';
import { FEW_VIEWS, KINDS } from './kinds.ts';

const columns = sql`path bigint not null, site_id integer not null, day date not null, value integer not null,
  n integer not null, vital smallint not null`;

/** `n` views: what they are of says `vital` (`kinds.ts`). */
export async function createVitalsTables(tx: Tx, names: Names): Promise<void> {
  for (const grain of ['day', ...GRAINS]) {
    await sql`create table ${names(`vitals_${grain}`)} (${columns}, primary key (site_id, vital, day, path, value))
      with (fillfactor = 90)`.execute(tx);
  }
  // Pages with many views. Not of the days: an index on what changes with every hit would end updates in place.
  for (const grain of GRAINS) {
    await sql`create index ${sql.ref(`vitals_${grain}_often`)} on ${names(`vitals_${grain}`)} (site_id, vital, day)
      where vital > ${sql.lit(KINDS.views)} and n > ${sql.lit(FEW_VIEWS)}`.execute(tx);
  }
}

/** What a batch adds, one row a key. */
export const vitalsScratch: Scratch = { table: 'vitals_delta', columns };
