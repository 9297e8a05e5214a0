import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { Names } from './names.ts';

/** Of a sliding window. */
export interface WindowFigures {
  /** Visits with a hit in the window. */
  visits: number;
  /** Those of them that are bounces, as whole visits. */
  bounces: number;
  /** Hits in the window. */
  pageviews: number;
  events: number;
}

export interface Window {
  /** Milliseconds since the epoch: after `from`, until `to`. */
  from: number;
  to: number;
  /** Local days that its hits can be of, both included: `YYYY-MM-DD`. */
  fromDay: string;
  toDay: string;
}

/**
 * Figures between two instants, of any length. Visits carry their own counts, so that hits are only looked up of the
 * few visits that go on across an edge; both are found by (site, day).
 */
export async function readWindow(tx: Tx, names: Names, siteId: number, w: Window): Promise<WindowFigures> {
  const { rows } = await windowStatement(names, siteId, w).execute(tx);
  return rows[0] ?? { visits: 0, bounces: 0, pageviews: 0, events: 0 };
}

/** The statement by itself, for whoever asks how it is carried out. */
export function windowStatement(names: Names, siteId: number, w: Window): RawBuilder<WindowFigures> {
  const from = sql`${new Date(w.from)}::timestamptz`;
  const to = sql`${new Date(w.to)}::timestamptz`;
  const ofEdge = sql`filter (where not inside)`;
  // One pass over the visits of two days, without a row kept of those that lie within: a busy site has a million.
  return sql<WindowFigures>`
    with v as (
      -- Visits of facts that a worker has not brought up to date yet have no column "passive": it is of the row around.
      select v.* from (select 0 as passive) n cross join lateral (
        select visitor, day, started_at, last_at, pageviews, events, pageviews = 1 and events = passive as bounce,
          started_at > ${from} and last_at <= ${to} as inside
        from ${names('visit')}
        where site_id = ${sql.lit(siteId)} and day between ${w.fromDay}::date and ${w.toDay}::date
          and last_at > ${from} and started_at <= ${to}) v
    ), counted as (
      select count(*) filter (where inside) as visits, count(*) filter (where inside and bounce) as bounces,
        sum(pageviews) filter (where inside) as pageviews, sum(events) filter (where inside) as events,
        array_agg(visitor) ${ofEdge} as visitors, array_agg(day) ${ofEdge} as days, array_agg(bounce) ${ofEdge} as bounce,
        array_agg(started_at) ${ofEdge} as starts, array_agg(last_at) ${ofEdge} as ends
      from v
    ), edge as (
      select count(*) as visits, count(*) filter (where e.bounce) as bounces, sum(h.pageviews) as pageviews,
        sum(h.events) as events
      from counted cross join lateral unnest(visitors, days, bounce, starts, ends)
          as e(visitor, day, bounce, started_at, last_at)
        cross join lateral (
          select count(*) filter (where h.event is null) as pageviews, count(h.event) as events from ${names('hit')} h
          where h.site_id = ${sql.lit(siteId)} and h.day = e.day and h.visitor = e.visitor and not h.engagement
            and h.at between e.started_at and e.last_at and h.at > ${from} and h.at <= ${to} offset 0) h
      where h.pageviews + h.events > 0
    )
    select (c.visits + e.visits)::int as visits, (c.bounces + e.bounces)::int as bounces,
      (coalesce(c.pageviews, 0) + coalesce(e.pageviews, 0))::float8 as pageviews,
      (coalesce(c.events, 0) + coalesce(e.events, 0))::float8 as events
    from counted c cross join edge e`;
}
