import { sql } from 'kysely';
import type { Tx } from '../../../../platform/database.ts';
import type { Scratch } from '../../../facts/batch.tables.ts';
import { GRAINS } from '../../../facts/frontier.ts';
import type { Names } from '../../../facts/names.ts';

const columns = sql`path bigint not null, site_id integer not null, day date not null, value integer not null,
  n integer not null, vital smallint not null`;

/** `n` views: what they are of says `vital` (`kinds.ts`). */
export async function createVitalsTables(tx: Tx, names: Names): Promise<void> {
  for (const grain of ['day', ...GRAINS]) {
    await sql`create table ${names(`vitals_${grain}`)} (${columns}, primary key (site_id, vital, day, path, value))
      with (fillfactor = 90)`.execute(tx);
  }
}

/** What a batch adds, one row a key. */
export const vitalsScratch: Scratch = { table: 'vitals_delta', columns };
