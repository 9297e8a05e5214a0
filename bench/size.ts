import { sql } from 'kysely';

import type { Findings } from './figures.ts';
import type { Year } from './year.ts';

const TARGET_LOG_BYTES = 220;
const TARGET_PROJECTIONS_BYTES = 250;
/** Rows whose bytes are added up. */
const SAMPLE = 100_000;

/** Bytes on disk a hit, indexes and free space in pages included, beside the bytes of the rows alone. */
export async function benchSize(year: Year): Promise<Findings> {
  const { db } = year.postgres.database;
  const { rows } = await sql<{ log: number; row: number }>`
    select (select sum(pg_total_relation_size(relid)) from pg_partition_tree('antics.log_hits'))::float8 as log,
      (select avg(pg_column_size(h)) from (select * from log_hits limit ${SAMPLE}) h)::float8 as row`.execute(db);
  const { rows: tables } = await sql<{ name: string; bytes: number }>`
    select c.relname as name, pg_total_relation_size(c.oid)::float8 as bytes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm')
      and n.nspname = (select 'projection_' || generation from projections where state = 'serving')
    order by bytes desc, name`.execute(db);
  const log = (rows[0]?.log ?? Number.NaN) / year.hits;
  const row = rows[0]?.row ?? Number.NaN;
  const parts = tables.map(({ name, bytes }) => `${name} ${(bytes / year.hits).toFixed(1)}`);
  const projections = tables.reduce((sum, table) => sum + table.bytes, 0) / year.hits;
  return {
    lines: [
      {
        figure: 'size of the log, a hit',
        measured: `${log.toFixed(0)} B`,
        target: `≤ ${TARGET_LOG_BYTES} B`,
        met: log <= TARGET_LOG_BYTES,
        baseline: `${row.toFixed(0)} B of the row alone`,
        ratio: log / row,
      },
      {
        figure: 'size of all projections, a hit',
        measured: `${projections.toFixed(0)} B`,
        target: `≤ ${TARGET_PROJECTIONS_BYTES} B`,
        met: projections <= TARGET_PROJECTIONS_BYTES,
        baseline: `${log.toFixed(0)} B of the log`,
        ratio: projections / log,
      },
    ],
    notes: [`projections, bytes a hit: ${parts.join(', ')}`],
  };
}
