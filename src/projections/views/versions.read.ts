import { Unavailable } from '../../platform/errors.ts';
import type { Serving } from '../engine/status.read.ts';

/**
 * Picks how the serving version of a view is read. A view's door lists its versions:
 * `export const pathsReads = { 1: v1 }`, and a query asks `versionOf('paths', pathsReads, serving).readPaths(…)`.
 * @throws Unavailable where this process cannot read that version, which `readServing` has ruled out
 */
export function versionOf<R>(view: string, reads: Readonly<Record<number, R>>, { versions }: Pick<Serving, 'versions'>): R {
  const read = reads[versions[view] ?? 0];
  if (read === undefined) throw new Unavailable('no_projection', `The view "${view}" is not built yet.`, 5);
  return read;
}

/** The versions in a door. */
export function versionsIn(reads: Readonly<Record<number, unknown>>): readonly number[] {
  return Object.keys(reads).map(Number);
}

