import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { TablePair } from './tables.ts';

/** Rows of one site and day (null: the table has no days) whose checksums differ. */
export interface DifferingPart {
  readonly siteId: number;
  readonly day: string | null;
  /** Rows; 0: there are none. */
  readonly before: number;
  readonly after: number;
}

export interface Checksums {
  /** The larger of both counts. */
  readonly rows: number;
  readonly parts: DifferingPart[];
}

/**
 * Holds the two against each other by site and day: the number of rows, and the sum of their hashes, in which their
 * order has no part.
 * @param where a condition on rows `t`
 */
export async function compareChecksums(tx: Tx, pair: TablePair, where: RawBuilder<unknown>): Promise<Checksums> {
  const { rows } = await sql<DifferingPart & { rows_before: number; rows_after: number }>`
    with b as materialized (${sums(pair, pair.before, where)}), a as materialized (${sums(pair, pair.after, where)}),
      total as (select (select coalesce(sum(count), 0) from b)::float8 as rows_before,
        (select coalesce(sum(count), 0) from a)::float8 as rows_after)
    select coalesce(b.site_id, a.site_id) as "siteId", coalesce(b.day, a.day)::text as day,
      coalesce(b.count, 0)::float8 as before, coalesce(a.count, 0)::float8 as after, rows_before, rows_after
    from total left join (b full join a on a.site_id = b.site_id and a.day = b.day)
      on (a.count, a.sum) is distinct from (b.count, b.sum)
    order by 1, 2`.execute(tx);
  const first = rows[0];
  return {
    rows: Math.max(first?.rows_before ?? 0, first?.rows_after ?? 0),
    parts: rows
      .filter(({ siteId }) => (siteId as number | null) !== null)
      .map(({ siteId, day, before, after }) => ({ siteId, day: pair.grain === undefined ? null : day, before, after })),
  };
}

function sums(pair: TablePair, table: RawBuilder<unknown>, where: RawBuilder<unknown>): RawBuilder<unknown> {
  const columns = [...pair.keys, ...pair.values.map(({ name }) => name)].filter((name) => !['site_id', 'day'].includes(name));
  const day = pair.grain === undefined ? sql`'-infinity'::date` : sql`t.day`;
  const hash = sql`hash_record_extended(row(${sql.join(columns.map((name) => sql.ref(`t.${name}`)))}), 0)`;
  return sql`select t.site_id, ${day} as day, count(*) as count, sum(${hash}) as sum from ${table} t
    where ${where} group by 1, 2`;
}
