import { sql } from 'kysely';
import type { Tx } from '../../../../platform/database.ts';
import { FEW_VISITORS } from '../../../facts/frontier.ts';
import { periodsOf, unionOfSlices, type Slice } from '../../../facts/frontier.read.ts';
import type { Names } from '../../../facts/names.ts';

/** The column of pages that orders a metric. */
const VISITORS = { pathname: 'visitors', entry_page: 'entry_visitors', exit_page: 'exit_visitors' } as const;

export interface TopPagesQuery {
  siteId: number;
  metric: keyof typeof VISITORS;
  limit: number;
}

/**
 * The pages that can be among the first `limit`, without adding up the thousands that hardly anybody saw: a page whose
 * rows all have few visitors has at most that many times the number of rows. Where the last place of those with a row of
 * more is above that, the rest cannot come near it. Answers null where that decides nothing.
 */
export async function findTopPages(
  tx: Tx,
  names: Names,
  q: TopPagesQuery,
  slices: readonly Slice[],
): Promise<string[] | null> {
  const periods = slices.reduce((sum, slice) => sum + periodsOf(slice).length, 0);
  for (const few of FEW) {
    const paths = await findAbove(tx, names, q, slices, few, few * periods);
    if (paths.length > 0) return paths;
  }
  return null;
}

/** How few visitors a row may have to be left out: first so few that the roll-ups have an index of the rest. */
const FEW = [FEW_VISITORS, 3];

async function findAbove(
  tx: Tx,
  names: Names,
  q: TopPagesQuery,
  slices: readonly Slice[],
  few: number,
  mostLeftOut: number,
): Promise<string[]> {
  const visitors = sql.ref(VISITORS[q.metric]);
  const most = sql.lit(mostLeftOut);
  const where = sql`site_id = ${sql.lit(q.siteId)} and ${visitors} > ${sql.lit(few)}`;
  const { rows } = await sql<{ path: string }>`
    with seen as materialized (
      select path, sum(visitors)::int as visitors
      from (${unionOfSlices(names, 'pages', slices, sql`path, ${visitors} as visitors`, where)}) s group by path
    ), bar as (
      select visitors from seen order by visitors desc offset ${sql.lit(q.limit - 1)} limit 1
    )
    select s.path from seen s, bar b where b.visitors > ${most} and s.visitors >= b.visitors - ${most}`.execute(tx);
  return rows.map((row) => row.path);
}
