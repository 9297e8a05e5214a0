import { sql, type RawBuilder } from 'kysely';
import type { HitRange } from './pieces.ts';

/** The condition on `log_hits l` for a range: without what the edge judged, what was erased, and what is left out. */
export function countedRows({ from, to, parked, siteId, frozen = [] }: HitRange): RawBuilder<unknown> {
  const all = [
    sql`position > ${sql.lit(from)}`,
    sql`position <= ${sql.lit(to)}`,
    sql`verdict is null`,
    siteId === undefined ? sql`site_id <> 0` : sql`site_id = ${sql.lit(siteId)}`,
    ...frozen.map((f) => sql`not (site_id = ${sql.lit(f.siteId)} and day <= ${sql.lit(f.day)}::date)`),
  ];
  if (parked.length > 0) all.push(sql`position <> all (${[...parked]}::bigint[])`);
  return sql`${sql.join(all, sql` and `)}`;
}
