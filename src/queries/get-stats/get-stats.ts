import type { Db } from '../../platform/database.ts';
import { breakdownReads } from '../../projections/views/breakdown/breakdown.read.ts';
import { pagesReads } from '../../projections/views/pages/pages.read.ts';
import { summaryReads } from '../../projections/views/summary/summary.read.ts';
import type { SummaryRow } from '../../projections/views/summary/v1/summary.read.ts';
import { versionOf } from '../../projections/views/versions.read.ts';
import { breakdownEntry, viewOf, type Entry, type Metric } from '../breakdown-entry.ts';
import { metaOf, type Meta } from '../meta.ts';
import { periodOfSite, publishedPeriod, type PublishedPeriod } from '../period-of-site.ts';
import { meanCount, meanSeconds, shareOf } from '../rates.ts';
import { inSnapshot } from '../snapshot.ts';

/** Rates are null where they have no denominator; durations are in seconds. */
export interface SummaryFigures {
  readonly visitors: number;
  readonly visits: number;
  readonly pageviews: number;
  readonly events: number;
  readonly bounce_rate: number | null;
  readonly visit_duration: number | null;
  readonly views_per_visit: number | null;
}

/** Where a page of the breakdown ended: its order is visitors descending, then value. */
export interface PlaceInBreakdown {
  readonly visitors: number;
  readonly value: string;
}

export interface StatsAnswer {
  readonly site_id: string;
  readonly period: PublishedPeriod;
  readonly metric: Metric;
  readonly summary: SummaryFigures;
  readonly previous_summary: SummaryFigures;
  readonly breakdown: Entry[];
  /** null: there are no more rows. */
  readonly next: PlaceInBreakdown | null;
  readonly meta: Meta;
}

export interface StatsQuestion {
  readonly siteId: string;
  readonly period: string;
  readonly metric: Metric;
  readonly limit: number;
  readonly after: PlaceInBreakdown | null;
}

export function getStats(db: Db, q: StatsQuestion, now: number): Promise<StatsAnswer> {
  return inSnapshot(db, q.siteId, ['summary', viewOf(q.metric)], async ({ tx, site, serving }) => {
    const period = periodOfSite(q.period, site, now);
    const siteId = site.site_id;
    const summaries = await versionOf('summary', summaryReads, serving).readSummaries(tx, serving.names, siteId, [period, period.previous]);
    // One row more than is shown says whether there is a next page.
    const rows = await versionOf('breakdown', breakdownReads, serving).readBreakdown(tx, serving.names, {
      siteId,
      metric: q.metric,
      from: period.from,
      to: period.to,
      limit: q.limit + 1,
      ...(viewOf(q.metric) === 'pages' ? { pages: versionOf('pages', pagesReads, serving) } : {}),
      ...(q.after === null ? {} : { after: q.after }),
    });
    const page = rows.slice(0, q.limit);
    const last = page.at(-1);
    return {
      site_id: site.id,
      period: publishedPeriod(period, site),
      metric: q.metric,
      summary: summaryFigures(summaries[0]),
      previous_summary: summaryFigures(summaries[1]),
      breakdown: page.map((row) => breakdownEntry(row, q.metric)),
      next: rows.length > q.limit && last !== undefined ? { visitors: last.visitors, value: last.value } : null,
      meta: metaOf(serving, period),
    };
  });
}

function summaryFigures(row: SummaryRow | undefined): SummaryFigures {
  const { visitors = 0, visits = 0, pageviews = 0, events = 0, bounces = 0, ms = 0 } = row ?? {};
  return {
    visitors,
    visits,
    pageviews,
    events,
    bounce_rate: shareOf(bounces, visits),
    visit_duration: meanSeconds(ms, visits),
    views_per_visit: meanCount(pageviews, visits),
  };
}
