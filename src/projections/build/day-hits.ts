import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { Names } from '../facts/names.ts';
import type { Rules } from '../facts/rules.ts';
import type { DayPiece } from './pieces.ts';
import { joiningByHash } from './settings.ts';

/**
 * Fills `batch_hit` with the hits of a piece, in one order: day, visitor, time, position. Neither visitor-days nor visits
 * are partitions of it, which would cost more than the rest: that a hit begins one is found by looking at the hit before
 * it, and what belongs to one is carried on by running maxima.
 *
 * - `n` numbers all hits but engagement reports, which come apart; for them it and what follows is null.
 * - `visit_no`: the `n` of the first hit of its visit. `starts_day`: it is the first of its visitor-day.
 * - `last_view`: of a page view, the `n` of the view before it in its visit, and `previous_path` that one's page. Where
 *   something else came between, which is rare, the page stands in `build_previous` instead.
 */
export async function readDayHits(tx: Tx, names: Names, limits: Pick<Rules, 'visitGapMs'>, piece: DayPiece): Promise<void> {
  const columns = sql`visitor, at, position, path, source, event, day, agent_id, ms, hour, country, device, passive, scroll, lcp,
    inp, cls`;
  const site = sql.lit(piece.siteId);
  const ofPiece = sql`site_id = ${site}
    and day between ${sql.lit(piece.fromDay)}::date and ${sql.lit(piece.toDay)}::date`;
  const gap = sql`interval '${sql.raw(String(limits.visitGapMs))} milliseconds'`;
  await sql`insert into batch_hit (${columns}, site_id, engagement, known, pathname, n, visit_no, last_view,
      previous_path, starts_day)
    with compared as (
      select ${columns}, row_number() over w as n, lag(event is null) over w as after_view, lag(path) over w as path_before,
        (visitor = lag(visitor) over w and day = lag(day) over w) is not true as starts_day,
        (at - lag(at) over w < ${gap}) is not true as is_apart
      from ${names('hit')} where ${ofPiece} and not engagement
      window w as (order by day, visitor, at, position)
    ), placed as (
      select *, max(case when starts_day or is_apart then n end) over w as visit_no,
        max(case when after_view then n - 1 end) over w as view_before
      from compared window w as (order by day, visitor, at, position rows unbounded preceding)
    )
    select ${columns}, ${site}, false, true, '', n, visit_no,
      case when event is null and view_before >= visit_no then view_before end, path_before, starts_day
    from placed`.execute(tx);
  await sql`insert into batch_hit (${columns}, site_id, engagement, known, pathname)
    select ${columns}, ${site}, true, true, '' from ${names('hit')} where ${ofPiece} and engagement`.execute(tx);
  await joiningByHash(tx, () => sql`insert into build_previous (n, path)
    select b.n, v.path from batch_hit b join batch_hit v on v.n = b.last_view where b.last_view < b.n - 1`.execute(tx));
  await sql`insert into build_source (source_id, hostname, channel, referrer, utm_source, utm_medium, utm_campaign,
      utm_term, utm_content)
    select source_id, hostname, channel, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content
    from ${names('source')} where site_id = ${site}`.execute(tx);
}
