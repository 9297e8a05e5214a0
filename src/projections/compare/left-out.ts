import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { PARKED_STREAM } from '../engine/left-out.ts';
import { GRAINS, periodStart, type Grain } from '../facts/frontier.ts';
import { namesOf } from '../facts/names.ts';

/** Rows that a hit explains which one side has and the other could not fold, or lets count no more. */
export interface LeftOut {
  readonly siteId: number;
  readonly visitor: string;
  readonly day: string;
  /** The earlier of both frontiers of the site: what was rolled up beyond it depends on the hit. */
  readonly frontier: string | null;
}

interface Row extends LeftOut {
  position: string;
  domain: string;
}

/**
 * Hits that were parked in either of two generations of facts, or discarded on record, and that one of them has all the
 * same. Their days are not compared, and the reader is told.
 */
export async function readLeftOut(
  tx: Tx,
  before: number,
  after: number,
  position: bigint,
): Promise<{ leftOut: LeftOut[]; said: string[] }> {
  if (before === after) return { leftOut: [], said: [] };
  const has = (generation: number) => sql`exists (select from ${namesOf(generation)('hit')} h
    where h.site_id = l.site_id and h.day = l.day and h.visitor = l.visitor and h.position = l.position)`;
  const frontier = (generation: number) =>
    sql`(select f.day from ${namesOf(generation)('frontier')} f where f.site_id = l.site_id)`;
  const { rows } = await sql<Row>`
    select l.position, l.site_id as "siteId", l.visitor, l.day::text as day, s.domain,
      least(${frontier(before)}, ${frontier(after)})::text as frontier
    from (
        select position from projection_parked where generation in (${before}, ${after})
        union
        select (data ->> 'position')::bigint from log_events where stream = ${PARKED_STREAM} and type = 'HitDiscarded'
      ) p
      join log_hits l on l.position = p.position
      join sites s on s.site_id = l.site_id
    where p.position <= ${position.toString()}::bigint and ${has(before)} <> ${has(after)}
    order by l.position`.execute(tx);
  const said = rows.map(
    (row) => `${row.day} of ${row.domain}: the hit at position ${row.position} is parked or discarded on one side alone`,
  );
  return { leftOut: rows, said };
}

/** The condition that rows of a table `t` are not of them. */
export function without(leftOut: readonly LeftOut[], grain: 'day' | Grain | undefined, hasVisitors: boolean): RawBuilder<unknown> {
  if (leftOut.length === 0) return sql`true`;
  const list = sql`jsonb_to_recordset(${JSON.stringify(leftOut)}::jsonb)
    x("siteId" int, visitor bigint, day date, frontier date)`;
  if (grain === undefined) {
    // A table of visitors without days; of another one, the whole site.
    const visitor = hasVisitors ? sql`and x.visitor = t.visitor` : sql``;
    return sql`not exists (select from ${list} where x."siteId" = t.site_id ${visitor})`;
  }
  if (!isRolledUp(grain)) return sql`not exists (select from ${list} where x."siteId" = t.site_id and x.day = t.day)`;
  return sql`not exists (select from ${list} where x."siteId" = t.site_id
    and (${periodStart(grain, sql`x.day`)} = t.day
      or t.day >= coalesce(${periodStart(grain, sql`x.frontier`)}, '-infinity')))`;
}

const isRolledUp = (grain: 'day' | Grain): grain is Grain => (GRAINS as readonly string[]).includes(grain);
