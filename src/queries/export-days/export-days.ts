import type { Db } from '../../platform/database.ts';
import { summaryReads } from '../../projections/views/summary/summary.read.ts';
import type { SummaryRow } from '../../projections/views/summary/v1/summary.read.ts';
import { versionOf } from '../../projections/views/versions.read.ts';
import { daysOf } from '../days-of.ts';
import { periodOfSite } from '../period-of-site.ts';
import { meanSeconds, shareOf } from '../rates.ts';
import { inSnapshot } from '../snapshot.ts';

export interface DayFigures {
  readonly date: string;
  readonly visitors: number;
  readonly visits: number;
  readonly pageviews: number;
  readonly events: number;
  readonly bounce_rate: number | null;
  /** Seconds. */
  readonly visit_duration: number | null;
}

export interface DaysExport {
  readonly domain: string;
  readonly from: string;
  readonly to: string;
  /** Days without traffic included. A period has at most 5 years, hence at most 1,827 of them. */
  readonly days: DayFigures[];
}

export interface DaysExportQuestion {
  readonly siteId: string;
  readonly period: string;
}

export function exportDays(db: Db, q: DaysExportQuestion, now: number): Promise<DaysExport> {
  return inSnapshot(db, q.siteId, ['summary'], async ({ tx, site, serving }) => {
    const { from, to } = periodOfSite(q.period, site, now);
    const rows = await versionOf('summary', summaryReads, serving).readDays(tx, serving.names, site.site_id, from, to);
    const known = new Map(rows.map((row) => [row.day, row]));
    const days = [...daysOf({ from, to })].map((day) => dayFigures(day, known.get(day)));
    return { domain: site.domain, from, to, days };
  });
}

function dayFigures(date: string, row: SummaryRow | undefined): DayFigures {
  const { visitors = 0, visits = 0, pageviews = 0, events = 0, bounces = 0, ms = 0 } = row ?? {};
  const rates = { bounce_rate: shareOf(bounces, visits), visit_duration: meanSeconds(ms, visits) };
  return { date, visitors, visits, pageviews, events, ...rates };
}
