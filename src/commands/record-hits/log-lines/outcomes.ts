import type { NoPage } from '../../../domain/access-log/page-line.ts';
import type { CountedReason } from '../drop-reasons.ts';

/**
 * What became of a line. Closed: the command line tells each.
 * - `hit`: in the log; whether it counts is for the rules of the fold to say, as with every hit.
 * - `asset`, `method`, `status`, `no_document`: no page view, see `whyNoPage`.
 * - `other`: tells of no request. `malformed`: not in the format, or not to be read.
 * - `unknown_host`: of no site.
 * - `tracked`: the site counts itself on that day.
 * - `excluded_ip`, `gpc`: counted and not logged, as its owner says.
 * - `site_gone`: the site was deleted meanwhile. `refused`: the database does not take it.
 */
export const OUTCOMES = [
  'hit',
  'asset',
  'method',
  'status',
  'no_document',
  'other',
  'malformed',
  'unknown_host',
  'tracked',
  'excluded_ip',
  'gpc',
  'site_gone',
  'refused',
] as const satisfies readonly (NoPage | CountedReason | string)[];
export type LineOutcome = (typeof OUTCOMES)[number];

export type OutcomeCounts = Record<LineOutcome, number>;

export function noOutcomes(): OutcomeCounts {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as OutcomeCounts;
}

/** What was read so far, and is in the log. */
export interface ReadSoFar {
  lines: number;
  readonly outcomes: OutcomeCounts;
}

export function addOutcomes(to: OutcomeCounts, more: OutcomeCounts): void {
  for (const outcome of OUTCOMES) to[outcome] += more[outcome];
}
