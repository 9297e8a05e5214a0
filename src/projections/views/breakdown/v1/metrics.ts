/**
 * Metrics of the API. `id`: the number that rows of the breakdown are kept under; append only. `of`: what a row's
 * figures are of; pages have a view of their own. `text`: how a value becomes its text.
 */
export const METRICS = {
  pathname: { id: 1, of: 'page', text: 'term' },
  referrer: { id: 2, of: 'visit', text: 'term' },
  country: { id: 3, of: 'visit', text: 'country' },
  browser: { id: 4, of: 'visit', text: 'shared' },
  os: { id: 5, of: 'visit', text: 'shared' },
  device: { id: 6, of: 'visit', text: 'device' },
  channel: { id: 7, of: 'visit', text: 'channel' },
  event: { id: 8, of: 'event', text: 'term' },
  utm_medium: { id: 9, of: 'visit', text: 'term' },
  utm_campaign: { id: 10, of: 'visit', text: 'term' },
  utm_source: { id: 11, of: 'visit', text: 'term' },
  utm_term: { id: 12, of: 'visit', text: 'term' },
  utm_content: { id: 13, of: 'visit', text: 'term' },
  hostname: { id: 14, of: 'visit', text: 'term' },
  entry_page: { id: 15, of: 'page', text: 'term' },
  exit_page: { id: 16, of: 'page', text: 'term' },
} as const;

export type Metric = keyof typeof METRICS;

/**
 * The column of `visit_delta` that holds a metric's value, and the `firsts` dimension that counts its visitors. What
 * belongs to the visitor's day (country, browser, os, device) is counted with the first visit of the day.
 */
export const VISIT_COLUMNS = {
  referrer: { column: 'referrer', first: 'referrer' },
  country: { column: 'country', first: 'visit' },
  browser: { column: 'browser', first: 'visit' },
  os: { column: 'os', first: 'visit' },
  device: { column: 'device', first: 'visit' },
  channel: { column: 'channel', first: 'channel' },
  utm_medium: { column: 'utm_medium', first: 'utm_medium' },
  utm_campaign: { column: 'utm_campaign', first: 'utm_campaign' },
  utm_source: { column: 'utm_source', first: 'utm_source' },
  utm_term: { column: 'utm_term', first: 'utm_term' },
  utm_content: { column: 'utm_content', first: 'utm_content' },
  hostname: { column: 'hostname', first: 'hostname' },
} as const satisfies Partial<Record<Metric, { column: string; first: string }>>;
