import { sql, type RawBuilder } from 'kysely';
import { METRICS } from '../views/breakdown/v1/metrics.ts';

export const SUMMARY_MEASURES = ['visitors', 'visits', 'pageviews', 'events', 'bounces', 'ms'] as const;

/** In the order in which they say what moves most. */
export const VALUE_MEASURES = ['visitors', 'visits', 'pageviews', 'bounces', 'ms'] as const;

/** Where the values of metrics stand in a table of days. */
export interface ValueSource {
  /** The metric's number, and the key of the value. */
  readonly metric: RawBuilder<unknown>;
  readonly value: RawBuilder<unknown>;
  readonly measures: Readonly<Record<(typeof VALUE_MEASURES)[number], RawBuilder<unknown>>>;
  readonly where: RawBuilder<unknown>;
}

const named = (prefix: string, of: Partial<Record<(typeof VALUE_MEASURES)[number], string>> = {}) =>
  Object.fromEntries(VALUE_MEASURES.map((m) => [m, sql.ref(of[m] ?? `${prefix}${m}`)])) as ValueSource['measures'];

export const BREAKDOWN_SOURCES: readonly ValueSource[] = [
  { metric: sql.ref('metric'), value: sql.ref('value'), measures: named(''), where: sql`true` },
];

const page = (metric: 'pathname' | 'entry_page' | 'exit_page', measures: ValueSource['measures'], where: RawBuilder<unknown>) => ({
  metric: sql.lit(METRICS[metric].id),
  value: sql.ref('path'),
  measures,
  where,
});

/** A page's bounces are those of the visits that entered at it, and its `ms` are what was spent on it. */
export const PAGE_SOURCES: readonly ValueSource[] = [
  page('pathname', named('', { bounces: 'entry_bounces' }), sql`true`),
  page('entry_page', named('entry_', { visits: 'entries' }), sql`entries is not null`),
  page('exit_page', named('exit_', { visits: 'exits' }), sql`exits is not null`),
];
