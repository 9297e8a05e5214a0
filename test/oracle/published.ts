import { ratio, type Figures } from './figures.ts';

/** `summary` as the stats route answers it. */
export interface PublishedSummary {
  visitors: number;
  visits: number;
  pageviews: number;
  events: number;
  bounce_rate: number | null;
  /** Mean seconds. */
  visit_duration: number | null;
  views_per_visit: number | null;
}

export function publishedSummary(figures: Figures): PublishedSummary {
  const { visitors, visits, pageviews, events, bounces, durationMs } = figures;
  return {
    visitors,
    visits,
    pageviews,
    events,
    bounce_rate: ratio(bounces, visits),
    visit_duration: ratio(durationMs / 1000, visits),
    views_per_visit: ratio(pageviews, visits),
  };
}
