import { sql } from 'kysely';
import type { Tx } from '../../../../platform/database.ts';
import type { Names } from '../../../facts/names.ts';

export interface PathRow {
  steps: string[];
  visits: number;
  visitors: number;
}

export interface PathsQuery {
  siteId: number;
  /** Local days, both included. */
  from: string;
  to: string;
  limit: number;
}

interface Total {
  sequence: string;
  visits: number;
  visitors: number;
  /** Some day on which it occurred. */
  day: string;
}

/** Page sequences, visitors descending, then by their text. */
export async function readPaths(tx: Tx, names: Names, q: PathsQuery): Promise<PathRow[]> {
  const totals = (await readOften(tx, names, q)) ?? (await readAll(tx, names, q));
  const bar = totals.map((total) => total.visitors).sort((a, b) => b - a)[q.limit - 1] ?? 0;
  // Texts are looked up for those that can be on the page: those that tie with its last row, too.
  const page = totals.filter((total) => total.visitors >= bar);
  return await nameSteps(tx, names, q, page);
}

/**
 * Most sequences are somebody's alone. One that no two visitors of a day took comes to one a day at most, so where the
 * last row of the page has more visitors than the period has days, only those that were taken by two are added up.
 * Answers null where that does not decide it.
 */
async function readOften(tx: Tx, names: Names, q: PathsQuery): Promise<Total[] | null> {
  const days = (Date.parse(q.to) - Date.parse(q.from)) / 86_400_000 + 1;
  const table = names('paths_day');
  const site = sql.lit(q.siteId);
  const { rows: atLeast } = await sql<{ sequence: string; visitors: number }>`
    with often as materialized (
      select sequence, sum(visitors)::int as visitors from ${table}
      where site_id = ${site} and day between ${q.from}::date and ${q.to}::date and visitors > 1
      group by sequence
    ), bar as (
      select visitors from often order by visitors desc offset ${sql.lit(q.limit - 1)} limit 1
    )
    select o.sequence, o.visitors from often o, bar b
    where b.visitors > ${sql.lit(days)} and o.visitors >= b.visitors - ${sql.lit(days)}`.execute(tx);
  if (atLeast.length === 0) return null;
  const { rows } = await sql<Total>`
    select s.sequence::text as sequence, sum(p.visits)::int as visits, sum(p.visitors)::int as visitors,
      min(p.day) as day
    from unnest(${atLeast.map((row) => row.sequence)}::bigint[]) s(sequence)
      cross join generate_series(${q.from}::date, ${q.to}::date, interval '1 day') d(day)
      cross join lateral (select visits, visitors, day from ${table}
        where site_id = ${site} and day = d.day::date and sequence = s.sequence offset 0) p
    group by s.sequence`.execute(tx);
  return rows;
}

async function readAll(tx: Tx, names: Names, q: PathsQuery): Promise<Total[]> {
  const { rows } = await sql<Total>`
    with total as materialized (
      select sequence, sum(visits)::int as visits, sum(visitors)::int as visitors, min(day) as day
      from ${names('paths_day')}
      where site_id = ${sql.lit(q.siteId)} and day between ${q.from}::date and ${q.to}::date
      group by sequence
    )
    select sequence::text as sequence, visits, visitors, day from total
    where visitors >= coalesce((select visitors from total order by visitors desc
      offset ${sql.lit(q.limit - 1)} limit 1), 0)`.execute(tx);
  return rows;
}

async function nameSteps(tx: Tx, names: Names, q: PathsQuery, page: readonly Total[]): Promise<PathRow[]> {
  const site = sql.lit(q.siteId);
  const { rows } = await sql<PathRow>`
    select x.visits, x.visitors, n.steps
    from jsonb_to_recordset(${JSON.stringify(page)}::jsonb) x(sequence bigint, visits int, visitors int, day date)
      cross join lateral (
        select array_agg(t.value order by s.place) as steps
        from ${names('paths_day')} d, unnest(d.steps) with ordinality s(step, place), ${names('term')} t
        where d.site_id = ${site} and d.day = x.day and d.sequence = x.sequence
          and t.site_id = ${site} and t.term_id = s.step) n
    where x.visits > 0
    order by x.visitors desc, array_to_string(n.steps, ' -> ') collate "C",
      array_to_string(n.steps, chr(1)) collate "C" -- a page may be called "/a -> /b"
    limit ${sql.lit(q.limit)}`.execute(tx);
  return rows;
}
