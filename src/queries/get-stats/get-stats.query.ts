import { Query } from '@nestjs/cqrs';
import type { Metric } from '../breakdown-entry.ts';
import type { PlaceInBreakdown, StatsAnswer } from './get-stats.ts';

export { STATS_METRICS, type BreakdownEntry, type Entry, type EventEntry, type Metric, type PageEntry } from '../breakdown-entry.ts';
export type { Meta } from '../meta.ts';
export type { PublishedPeriod } from '../period-of-site.ts';
export type { PlaceInBreakdown, StatsAnswer, SummaryFigures } from './get-stats.ts';

/** A site's sums over a period, those of the period before, and one page of a metric's values. */
export class GetStats extends Query<StatsAnswer> {
  constructor(
    readonly siteId: string,
    readonly period: string,
    readonly metric: Metric,
    readonly limit: number,
    /** The last row of the page before. */
    readonly after: PlaceInBreakdown | null,
  ) {
    super();
  }
}
