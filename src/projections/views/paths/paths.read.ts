import { sql } from 'kysely';
import type { Tx } from '../../../platform/database.ts';
import type { Names } from '../../facts/names.ts';

export interface PathRow {
  steps: string[];
  visits: number;
  visitors: number;
}

/** Page sequences, visitors descending, then by their text. */
export async function readPaths(
  tx: Tx,
  names: Names,
  q: { siteId: number; from: string; to: string; limit: number },
): Promise<PathRow[]> {
  const site = sql.lit(q.siteId);
  const { rows } = await sql<PathRow>`
    with total as materialized (
      select sequence, sum(visits)::int as visits, sum(visitors)::int as visitors, min(day) as day
      from ${names('paths_day')} where site_id = ${site} and day between ${q.from}::date and ${q.to}::date
      group by sequence
    ), page as (
      select * from total where visitors >= coalesce(
        (select visitors from total order by visitors desc offset ${sql.lit(q.limit - 1)} limit 1), 0)
    ), named as (
      select p.visits, p.visitors, (select array_agg(t.value order by s.place)
        from ${names('paths_day')} d, unnest(d.steps) with ordinality s(step, place), ${names('term')} t
        where d.site_id = ${site} and d.day = p.day and d.sequence = p.sequence
          and t.site_id = ${site} and t.term_id = s.step) as steps
      from page p
    )
    select steps, visits, visitors from named
    order by visitors desc, array_to_string(steps, ' -> ') collate "C" limit ${sql.lit(q.limit)}`.execute(tx);
  return rows;
}
