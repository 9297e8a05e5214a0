import type { BreakdownRow, Metric } from '../oracle/breakdown.ts';
import type { HourFigures, Scope } from '../oracle/oracle.ts';
import type { EntryRow, ExitRow, PathRow } from '../oracle/pages.ts';
import type { PublishedSummary } from '../oracle/published.ts';
import type { RecountedVitals } from '../oracle/vitals.ts';

/**
 * The read side of one generation, in the shapes of the published answers, each list whole and in its order. Days and
 * hours may hold zeros or leave them out. Optional ones are not compared where they are missing.
 */
export interface Reads {
  summary(scope: Scope): Promise<PublishedSummary>;
  /** One a day, as exported. */
  days(scope: Scope): Promise<({ date: string } & Partial<PublishedSummary>)[]>;
  hours?(scope: Scope): Promise<HourFigures[]>;
  /** A version of `pages` that tells no scroll depth has none in its rows. */
  breakdown(scope: Scope, metric: Metric): Promise<BreakdownRow[]>;
  /** Whether rows of pages have `scroll_depth`. Default true. */
  tellsScroll?: boolean;
  paths?(scope: Scope): Promise<PathRow[]>;
  entry?(scope: Scope): Promise<EntryRow[]>;
  exit?(scope: Scope): Promise<ExitRow[]>;
  vitals?(scope: Scope): Promise<RecountedVitals>;
  realtime?(siteId: number, nowMs: number): Promise<number>;
  last24h?(siteId: number, nowMs: number): Promise<number>;
}
