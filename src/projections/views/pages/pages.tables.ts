import { sql } from 'kysely';
import type { Tx } from '../../../platform/database.ts';
import type { Scratch } from '../../facts/batch.tables.ts';
import { FEW_VISITORS, GRAINS } from '../../facts/frontier.ts';
import type { Names } from '../../facts/names.ts';

/** What a version of the view keeps of each page. */
export interface PagesTables {
  readonly measures: readonly string[];
  /** Sums that four bytes do not hold. */
  readonly wide: readonly string[];
  /** The temporary table with what a batch adds: of this version alone. */
  readonly delta: string;
}

const columnsOf = ({ measures, wide }: PagesTables) =>
  sql.join(measures.map((m) => sql`${sql.ref(m)} ${wide.includes(m) ? sql`bigint` : sql`integer`}`));

export async function createPagesTables(tx: Tx, names: Names, tables: PagesTables): Promise<void> {
  for (const grain of ['day', ...GRAINS]) {
    await sql`create table ${names(`pages_${grain}`)} (path bigint not null, site_id integer not null,
      day date not null, ${columnsOf(tables)}, primary key (site_id, day, path)) with (fillfactor = 90)`.execute(tx);
  }
  // Not of the days: an index on what changes with every hit would end updates in place.
  for (const grain of GRAINS) {
    await sql`create index ${sql.ref(`pages_${grain}_often`)} on ${names(`pages_${grain}`)} (site_id, day)
      where visitors > ${sql.lit(FEW_VISITORS)}`.execute(tx);
  }
}

/** What a batch adds, one row a page. */
export function pagesScratch(tables: PagesTables): Scratch {
  return {
    table: tables.delta,
    columns: sql`path bigint not null, site_id integer not null, day date not null, ${columnsOf(tables)}`,
  };
}
