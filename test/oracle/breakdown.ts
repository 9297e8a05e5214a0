import { bouncesOf, figuresOf, inOrder, ratio, sum, visitorsOf, visitsBy } from './figures.ts';
import type { Rules } from './rules.ts';
import type { Visit } from './visits.ts';

export interface BreakdownRow {
  value: string;
  visitors: number;
  visits: number;
  pageviews: number | null;
  bounce_rate: number | null;
  /** Mean seconds. */
  visit_duration: number | null;
  /** Mean percent, and mean seconds under another name; of the metric `pathname` only. */
  scroll_depth?: number | null;
  time_on_page?: number | null;
  /** Occurrences; of the metric `event` only. */
  events?: number;
}

const ATTRIBUTES = {
  // Of the visit's first hit.
  referrer: (visit, rules) => rules.source(visit.first).source,
  channel: (visit, rules) => rules.source(visit.first).channel,
  utm_source: (visit, rules) => rules.source(visit.first).utmSource,
  utm_medium: (visit, rules) => rules.source(visit.first).utmMedium,
  utm_campaign: (visit, rules) => rules.source(visit.first).utmCampaign,
  utm_term: (visit, rules) => rules.source(visit.first).utmTerm,
  utm_content: (visit, rules) => rules.source(visit.first).utmContent,
  // Of its first and last page view.
  hostname: (visit) => visit.views.at(0)?.row.hostname ?? null,
  entry_page: (visit) => visit.views.at(0)?.row.pathname ?? null,
  exit_page: (visit) => visit.views.at(-1)?.row.pathname ?? null,
  // Of the visitor's first hit of the day.
  country: (visit) => visit.of.first.country,
  browser: (visit, rules) => rules.agent(visit.of.first).browser,
  os: (visit, rules) => rules.agent(visit.of.first).os,
  device: (visit, rules) => rules.agent(visit.of.first).device,
} satisfies Record<string, (visit: Visit, rules: Rules) => string | null>;

export type Metric = keyof typeof ATTRIBUTES | 'pathname' | 'event';
export const METRICS = [...(Object.keys(ATTRIBUTES) as (keyof typeof ATTRIBUTES)[]), 'pathname', 'event'] as const;

export function breakdownOf(visits: readonly Visit[], metric: Metric, rules: Rules): BreakdownRow[] {
  const rows =
    metric === 'pathname'
      ? byPathname(visits)
      : metric === 'event'
        ? byEvent(visits)
        : byAttribute(visits, (visit) => ATTRIBUTES[metric](visit, rules));
  return inOrder(rows, (row) => row.value);
}

function byAttribute(visits: readonly Visit[], valueOf: (visit: Visit) => string | null): BreakdownRow[] {
  return [...visitsBy(visits, (visit) => [valueOf(visit)])].map(([value, those]) => {
    const figures = figuresOf(those);
    return {
      value,
      visitors: figures.visitors,
      visits: figures.visits,
      pageviews: figures.pageviews,
      bounce_rate: ratio(figures.bounces, figures.visits),
      visit_duration: ratio(figures.durationMs / 1000, figures.visits),
    };
  });
}

function byPathname(visits: readonly Visit[]): BreakdownRow[] {
  const pathsOf = (visit: Visit) => visit.views.map((view) => view.row.pathname);
  return [...visitsBy(visits, pathsOf)].map(([value, those]) => {
    const views = those.flatMap((visit) => visit.views).filter((view) => view.row.pathname === value);
    const times = views.map((view) => view.timeMs).filter((ms) => ms !== null);
    const scrolls = views.map((view) => view.scroll).filter((percent) => percent !== null);
    const seconds = ratio(sum(times, (ms) => ms) / 1000, times.length);
    const entered = those.filter((visit) => visit.views.at(0)?.row.pathname === value);
    return {
      value,
      visitors: visitorsOf(those),
      visits: those.length,
      pageviews: views.length,
      bounce_rate: ratio(bouncesOf(entered), entered.length),
      visit_duration: seconds,
      scroll_depth: ratio(sum(scrolls, (percent) => percent), scrolls.length),
      time_on_page: seconds,
    };
  });
}

function byEvent(visits: readonly Visit[]): BreakdownRow[] {
  return [...visitsBy(visits, (visit) => visit.events.map((event) => event.name))].map(([value, those]) => ({
    value,
    visitors: visitorsOf(those),
    visits: those.length,
    pageviews: null,
    bounce_rate: null,
    visit_duration: null,
    events: sum(those, (visit) => visit.events.filter((event) => event.name === value).length),
  }));
}
