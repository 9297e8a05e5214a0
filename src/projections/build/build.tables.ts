import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { ensureBatchTables, type Scratch } from '../facts/batch.tables.ts';

/**
 * Temporary tables of a bulk build, beside those of a batch:
 * - `build_seen`: the texts of a range of the log, paths and event names. `build_path`: its paths, the page that each
 *   counts as, and that page's key. `build_excluded`: paths that their site left out, and where.
 * - `build_source`: the sources of a piece's site. `build_engaged`: views, by their `n`, and what their reports say.
 *   `build_previous`: see `day-hits.ts`. Apart from `batch_hit`, whose order an update would disturb.
 */
const tables = [
  sql`create temp table build_seen (site_id integer not null, pathname text collate "C" not null,
    name text collate "C") on commit delete rows`,
  sql`create temp table build_path (path bigint not null, site_id integer not null, pathname text collate "C" not null,
    page text collate "C" not null) on commit delete rows`,
  sql`create temp table build_excluded (since bigint not null, until bigint, site_id integer not null,
    pathname text collate "C" not null) on commit delete rows`,
  sql`create temp table build_source (source_id bigint not null, hostname bigint not null, channel bigint not null,
    referrer bigint, utm_source bigint, utm_medium bigint, utm_campaign bigint, utm_term bigint, utm_content bigint)
    on commit delete rows`,
  sql`create temp table build_previous (n bigint not null, path bigint not null) on commit delete rows`,
  sql`create temp table build_engaged (n bigint not null, ms integer, scroll smallint, lcp integer, inp integer,
    cls integer) on commit delete rows`,
];

export async function ensureBuildTables(tx: Tx, scratch: readonly Scratch[]): Promise<void> {
  await ensureBatchTables(tx, scratch);
  const { rows } = await sql<{ there: boolean }>`
    select to_regclass('pg_temp.build_engaged') is not null as there`.execute(tx);
  if (rows[0]?.there === true) return;
  for (const table of tables) await table.execute(tx);
}
