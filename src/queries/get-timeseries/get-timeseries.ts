import { hoursOfLocalDay } from '../../domain/local-time.ts';
import type { Db } from '../../platform/database.ts';
import { summaryReads } from '../../projections/views/summary/summary.read.ts';
import type { SummaryRow } from '../../projections/views/summary/v1/summary.read.ts';
import { versionOf } from '../../projections/views/versions.read.ts';
import { daysOf } from '../days-of.ts';
import { metaOf, type Meta } from '../meta.ts';
import { periodOfSite } from '../period-of-site.ts';
import { inSnapshot } from '../snapshot.ts';

export type Interval = 'day' | 'hour';

export interface TimeseriesPoint {
  /** `2026-11-23`, or `2026-11-23T14` for an hour, local at the site. */
  readonly date: string;
  readonly visitors: number;
  readonly visits: number;
  readonly pageviews: number;
}

export interface TimeseriesAnswer {
  /** Without gaps: what had no traffic is there with zeros. */
  readonly timeseries: TimeseriesPoint[];
  readonly meta: Meta;
}

export interface TimeseriesQuestion {
  readonly siteId: string;
  readonly period: string;
  readonly interval: Interval;
}

export function getTimeseries(db: Db, q: TimeseriesQuestion, now: number): Promise<TimeseriesAnswer> {
  return inSnapshot(db, q.siteId, ['summary'], async ({ tx, site, serving }) => {
    const period = periodOfSite(q.period, site, now);
    const { from, to } = period;
    const meta = metaOf(serving, period);
    if (q.interval === 'day') {
      const days = await versionOf('summary', summaryReads, serving).readDays(tx, serving.names, site.site_id, from, to);
      const known = new Map(days.map((day) => [day.day, day]));
      return { timeseries: [...daysOf(period)].map((day) => point(day, known.get(day))), meta };
    }
    const hours = await versionOf('summary', summaryReads, serving).readHours(tx, serving.names, site.site_id, from, to);
    const known = new Map(hours.map((hour) => [hourLabel(hour.day, hour.hour), hour]));
    return { timeseries: hourLabels(period, site.timezone, known).map((label) => point(label, known.get(label))), meta };
  });
}

/**
 * The hours that the site's days have, and those with traffic: where the time zone was changed, hits of before lie in
 * hours that the days of the new one may lack.
 */
function hourLabels(period: { from: string; to: string }, timeZone: string, known: ReadonlyMap<string, unknown>) {
  const labels = new Set(known.keys());
  for (const day of daysOf(period)) {
    for (const hour of hoursOfLocalDay(day, timeZone)) labels.add(hourLabel(day, hour));
  }
  return [...labels].sort();
}

function hourLabel(day: string, hour: number): string {
  return `${day}T${String(hour).padStart(2, '0')}`;
}

function point(date: string, row: SummaryRow | undefined): TimeseriesPoint {
  return { date, visitors: row?.visitors ?? 0, visits: row?.visits ?? 0, pageviews: row?.pageviews ?? 0 };
}
