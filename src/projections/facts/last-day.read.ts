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
  return sql<WindowFigures>`
    with v as materialized (
      select visitor, day, pageviews, events, started_at, last_at, started_at > ${from} and last_at <= ${to} as inside
      from ${names('visit')}
      where site_id = ${sql.lit(siteId)} and day between ${w.fromDay}::date and ${w.toDay}::date
        and last_at > ${from} and started_at <= ${to}
    )
    select count(*) filter (where inside or h.any_hit)::int as visits,
      count(*) filter (where (inside or h.any_hit) and v.pageviews = 1 and v.events = 0)::int as bounces,
      coalesce(sum(case when inside then v.pageviews else h.pageviews end), 0)::float8 as pageviews,
      coalesce(sum(case when inside then v.events else h.events end), 0)::float8 as events
    from v left join lateral (
      select count(*) filter (where h.event is null) as pageviews, count(h.event) as events, count(*) > 0 as any_hit
      from ${names('hit')} h
      where not v.inside and h.site_id = ${sql.lit(siteId)} and h.day = v.day and h.visitor = v.visitor and not h.engagement
        and h.at between v.started_at and v.last_at and h.at > ${from} and h.at <= ${to} offset 0) h on true`;
}
