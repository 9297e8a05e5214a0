import { sql, type RawBuilder } from 'kysely';

import type { Tx } from '../../platform/database.ts';
import { counted, type Judged } from './counted.ts';
import type { Scope, Span } from './scope.ts';
import { dropTemporary, makeTemporary, temporary } from './temporary.ts';

const DAY_OF_VISITOR = sql`partition by visitor, day, site_id`;

/** What some views alone need of visits. */
export interface Needed {
  /** `t` of the views, for the time on a page. */
  times: boolean;
  /** Where they came from, with what, and their events. */
  attributes: boolean;
  /** The pages of their path. */
  steps: boolean;
}

/**
 * Makes `recount_session`: the visits of these days, each with its page views in order, as arrays of one length: the
 * page, the `t` that came with it, its time and position. `again`: the visitor came more than once that day, so that
 * visitors are not as many as visits. Sorted by visitor first, as hardly two of them are the same.
 */
export async function makeSessions(tx: Tx, scope: Scope, judged: Judged, span: Span, needed: Needed): Promise<void> {
  const hits = counted(scope, judged, span, 'hit', [
    'visitor', 'site_id', 'day', 'at', 'position', 'hour', 'is_view', 'is_passive', 'path',
    ...(needed.times ? (['ms'] as const) : []),
    ...(needed.attributes ? (['source', 'agent_id', 'country', 'width', 'event'] as const) : []),
  ]);
  const gap = sql`interval '${sql.raw(String(scope.rules.visitGapMs))} milliseconds'`;
  const first = sql`filter (where starts = 1)`;
  const inOrder = (column: string) => sql`array_agg(${sql.ref(column)} order by at, position)`;
  const views = sql`filter (where is_view)`;
  const times = sql`${inOrder('ms')} ${views} as ts,`;
  const attributes = sql`max(source) ${first} as source, (${inOrder('source')} ${views})[1] as view_source,
    max(agent_id) ${first} as agent_id, max(country) ${first} as country, max(width) ${first} as width,
    array_agg(event) filter (where not is_view) as names,`;
  await makeTemporary(
    tx,
    'session',
    sql`select visitor, site_id, day, visit_no, min(at) as started_at, max(at) as last_at, max(hour) ${first} as hour,
        bit_or(1 << hour) as hours, count(*) ${views}::int as pageviews, count(*) filter (where not is_view)::int as events,
        bool_or(not is_view and not is_passive) as has_acted,
        ${inOrder('path')} ${views} as pages, ${inOrder('at')} ${views} as ats, ${inOrder('position')} ${views} as positions,
        ${needed.times ? times : sql``} ${needed.attributes ? attributes : sql``}
        (${inOrder('is_view')})[count(*)] as ends_in_view,
        visit_no > 1 or lead(visit_no) over (${DAY_OF_VISITOR} order by visit_no) is not null as again
      from (
        select *, sum(starts) over w as visit_no from (
          select *, case when at - lag(at) over w < ${gap} then 0 else 1 end as starts
          from ${hits} h window w as (${DAY_OF_VISITOR} order by at, position)) h
        window w as (${DAY_OF_VISITOR} order by at, position)) h
      group by visitor, day, site_id, visit_no`,
    ['visitor', 'day', 'site_id', 'visit_no'],
  );
}

/**
 * Makes `recount_engaged`: the time that the reports on a page left give to a view: the visitor's latest one of that
 * page, on that day, at or before the report. Reports without such a view are of no use.
 */
export async function makeEngaged(tx: Tx, scope: Scope, judged: Judged, span: Span): Promise<void> {
  const columns = ['visitor', 'site_id', 'day', 'path', 'at', 'position', 'ms'] as const;
  await makeTemporary(tx, 'report', sql`select * from ${counted(scope, judged, span, 'report', columns)} r`, [
    'visitor', 'day', 'site_id', 'path',
  ]);
  const views = sql`
    select visitor, site_id, day, unnest(pages) as path, unnest(ats) as at, unnest(positions) as position, null::int, true
    from ${temporary('session')} s where exists (select from ${temporary('report')} r
      where r.visitor = s.visitor and r.day = s.day and r.site_id = s.site_id)`;
  await makeTemporary(
    tx,
    'engaged',
    sql`select max(position) filter (where is_view) as position,
        least(sum(ms) filter (where not is_view), ${sql.lit(scope.rules.longestViewMs)})::int as ms
      from (
        select *, count(*) filter (where is_view) over (${DAY_OF_VISITOR}, path order by at, position) as view_no
        from (select *, false as is_view from ${temporary('report')} union all ${views}) x) x
      where view_no > 0
      group by visitor, day, site_id, path, view_no
      having sum(ms) filter (where not is_view) is not null`,
    ['position'],
  );
  await dropTemporary(tx, 'report');
}

/**
 * Makes `recount_visit`: what figures are sums of, a row a visit. One with a page view is a bounce where the visitor has
 * not done anything besides, whatever happened by itself. It lasts to its last hit, and for the time of a page
 * view that is it.
 */
export async function makeVisits(tx: Tx, needed: Needed): Promise<void> {
  // Consecutive views of one page are one step, and there are five at most.
  const steps = sql`case
    when s.pageviews = 1 then s.pages
    when s.pageviews = 2 then case when s.pages[1] = s.pages[2] then s.pages[1:1] else s.pages end
    when s.pageviews > 2 then array(
      select page from (
        select page, n, lag(page) over (order by n) as before from unnest(s.pages) with ordinality u(page, n)) u
      where page is distinct from before order by n limit 5)
    end`;
  const attributes = sql`s.source, s.view_source, s.agent_id, s.country, s.width,`;
  await makeTemporary(
    tx,
    'visit',
    sql`select s.visitor, s.site_id, s.day, s.visit_no, s.hour, s.hours, s.pageviews, s.events,
        ${needed.attributes ? attributes : sql``} ${needed.steps ? sql`${steps} as steps,` : sql``} (s.pageviews = 1 and not s.has_acted)::int as bounces,
        round(date_part('epoch', s.last_at - s.started_at) * 1000)::int
          + case when s.ends_in_view then coalesce(e.ms, 0) else 0 end as ms,
        s.pages[1] as entry, s.pages[s.pageviews] as exit, s.again
      from ${temporary('session')} s left join ${temporary('engaged')} e on e.position = s.positions[s.pageviews]`,
  );
}

/**
 * Sums of visits. Whole numbers stay exact in `float8` up to 2^53; a sum of `bigint` is a `numeric`, and takes three
 * times as long.
 */
export const typeOf = (measure: string): 'float8' | 'int' => (measure.endsWith('ms') || measure === 'scroll' ? 'float8' : 'int');

export const VISIT_SUMS = sql`sum(pageviews)::int as pageviews, sum(bounces)::int as bounces, sum(ms)::float8 as ms`;

/**
 * The visits by some value: rows of (`keys`, visitors, visits, pageviews, bounces, ms). Of those who came once a day each
 * visit is a visitor; of the others a visitor counts once for a value, however many of the visits had it.
 */
export function visitsBy(
  key: string,
  value: RawBuilder<unknown>,
  from: RawBuilder<unknown> = sql`${temporary('visit')} v`,
): RawBuilder<unknown> {
  const name = sql.ref(key);
  return sql`(
    select site_id, day, ${value} as ${name}, count(*)::int as visitors, count(*)::int as visits, ${VISIT_SUMS}
    from ${from} where not again and ${value} is not null group by 1, 2, 3
    union all
    select site_id, day, ${name}, count(*)::int, sum(visits)::int, ${VISIT_SUMS} from (
      select site_id, day, ${value} as ${name}, visitor, count(*)::int as visits, ${VISIT_SUMS}
      from ${from} where again and ${value} is not null group by 1, 2, 3, 4) x
    group by 1, 2, 3)`;
}
