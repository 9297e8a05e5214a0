import { sql } from 'kysely';
import type { Tx } from '../../../../platform/database.ts';
import type { Names } from '../../../facts/names.ts';

/** `sequence` is the key of the text of `steps`. Most sequences occur once, so the steps stand with them. */
export async function createPathsTables(tx: Tx, names: Names): Promise<void> {
  await sql`create table ${names('paths_day')} (
    sequence bigint not null, site_id integer not null, day date not null, visitors integer not null,
    visits integer not null, steps bigint[] not null, primary key (site_id, day, sequence))
    with (fillfactor = 90)`.execute(tx);
}
