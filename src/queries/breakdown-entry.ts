import type { BreakdownQuery, BreakdownRow } from '../projections/views/breakdown/v1/breakdown.read.ts';
import { meanPercent, meanSeconds, shareOf } from './rates.ts';
import type { ViewName } from './snapshot.ts';

export type Metric = BreakdownQuery['metric'];

/** Every metric there is, in the order of the documentation. */
export const STATS_METRICS = Object.keys({
  pathname: true,
  referrer: true,
  country: true,
  browser: true,
  os: true,
  device: true,
  channel: true,
  event: true,
  utm_medium: true,
  utm_campaign: true,
  utm_source: true,
  utm_term: true,
  utm_content: true,
  hostname: true,
  entry_page: true,
  exit_page: true,
} satisfies Record<Metric, true>) as Metric[];

/** The view that a metric's rows come from. */
export function viewOf(metric: Metric): ViewName {
  return metric === 'pathname' || metric === 'entry_page' || metric === 'exit_page' ? 'pages' : 'breakdown';
}

/** Rates are null where they have no denominator; durations are in seconds. */
export interface BreakdownEntry {
  readonly value: string;
  readonly visitors: number;
  readonly visits: number;
  readonly pageviews: number;
  readonly bounce_rate: number | null;
  readonly visit_duration: number | null;
}

/** A row of the metric `pathname`. Its `visit_duration` is the time on the page, which it tells under that name, too. */
export interface PageEntry extends BreakdownEntry {
  /** How far down the page was seen, in percent: the mean over the views that told it. */
  readonly scroll_depth: number | null;
  /** Mean seconds over the views whose time is known. */
  readonly time_on_page: number | null;
}

export type Entry = BreakdownEntry | PageEntry | EventEntry;

/** A row of the metric `event`, which has a number of events and nothing else of a visit's. */
export interface EventEntry {
  readonly value: string;
  readonly visitors: number;
  readonly visits: number;
  readonly events: number;
  readonly pageviews: null;
  readonly bounce_rate: null;
  readonly visit_duration: null;
}

export function breakdownEntry(row: BreakdownRow, metric: Metric): Entry {
  const { value, visitors, visits, pageviews, bounces, entries, timed, ms } = row;
  if (metric === 'event') {
    // Of events the view keeps the number in the column of the page views.
    const none = { pageviews: null, bounce_rate: null, visit_duration: null };
    return { value, visitors, visits, events: pageviews, ...none };
  }
  if (metric !== 'pathname') {
    return { value, visitors, visits, pageviews, bounce_rate: shareOf(bounces, visits), visit_duration: meanSeconds(ms, visits) };
  }
  const time = meanSeconds(ms, timed);
  return {
    value,
    visitors,
    visits,
    pageviews,
    bounce_rate: shareOf(bounces, entries),
    visit_duration: time,
    scroll_depth: meanPercent(row.scroll, row.scrolled),
    time_on_page: time,
  };
}
