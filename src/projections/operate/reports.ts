import type { Comparison } from '../compare/comparison.ts';
import type { Diff } from '../compare/diff.ts';

/** What a rebuild found different at its end, under the names that programs read. Plain JSON. */
export interface ComparisonReport extends Omit<Comparison, 'leftOut'> {
  /** What was not compared, and why: a sentence each. */
  readonly left_out: readonly string[];
}

export function comparisonReport({ leftOut, ...comparison }: Comparison): ComparisonReport {
  return { ...comparison, left_out: leftOut };
}

/** What readers would see move, under the names that programs read. Plain JSON. */
export interface DiffReport extends Omit<Diff, 'leftOut'> {
  /** What is not in it, and hits that only one side has: a sentence each. */
  readonly left_out: readonly string[];
}

export function diffReport({ leftOut, ...diff }: Diff): DiffReport {
  return { ...diff, left_out: leftOut };
}
