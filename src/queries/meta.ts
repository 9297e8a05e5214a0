import type { Serving } from '../projections/engine/status.read.ts';

/** How current an answer is. */
export interface Freshness {
  /** The last position of the log that is in the figures. */
  readonly position: number;
  /** Seconds since the figures were last at the head of the log; null before they ever were. */
  readonly lag_seconds: number | null;
  /** The generation of the projections that was read. */
  readonly projection_version: number;
}

export interface Meta extends Freshness {
  /** What `visitors` of several days means. */
  readonly visitors: string;
  /** The period includes today: its figures still grow. */
  readonly partial?: true;
}

export function freshnessOf(serving: Serving): Freshness {
  return {
    position: serving.position,
    lag_seconds: roundedLag(serving.lagSeconds),
    projection_version: serving.generation,
  };
}

export function metaOf(serving: Serving, period: { readonly partial: boolean }): Meta {
  return {
    ...freshnessOf(serving),
    visitors: 'distinct per day, summed over days',
    ...(period.partial ? { partial: true as const } : {}),
  };
}

export function roundedLag(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * 10) / 10;
}
