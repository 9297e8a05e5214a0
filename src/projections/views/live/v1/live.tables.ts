import { sql } from 'kysely';
import type { Tx } from '../../../../platform/database.ts';
import type { Names } from '../../../facts/names.ts';

/** A row a visitor of the last day or so; updated in place. */
export async function createLiveTables(tx: Tx, names: Names): Promise<void> {
  await sql`create table ${names('live')} (
    visitor bigint not null, last_at timestamptz not null, site_id integer not null, primary key (site_id, visitor))
    with (fillfactor = 60)`.execute(tx);
}
