import type { LogRow } from './log-row.ts';

export const VITALS = ['lcp', 'inp', 'cls'] as const;
export type Vital = (typeof VITALS)[number];

/** What is known of a page view beside its time; null: nobody told it. */
export interface Measures extends Record<Vital, number | null> {
  /** Percent of the page. */
  scroll: number | null;
}

/**
 * Each measure by itself: what the view's reports say, in their order, the deepest scroll and the last of each vital;
 * else what the next view of the visit brought.
 */
export function measuresOf(reports: readonly LogRow[], next: LogRow | undefined): Measures {
  const scrolls = reports.flatMap(({ scroll }) => scroll ?? []);
  const last = (vital: Vital) => reports.flatMap((report) => vitalOf(report, vital) ?? []).at(-1);
  const brought = (vital: Vital) => (next === undefined ? null : vitalOf(next, vital));
  return {
    scroll: scrolls.length > 0 ? Math.max(...scrolls) : (next?.scroll ?? null),
    lcp: last('lcp') ?? brought('lcp'),
    inp: last('inp') ?? brought('inp'),
    cls: last('cls') ?? brought('cls'),
  };
}

/** The log may hold anything: a number that is none is not known. `cls` counts in 10,000ths, none beyond what can be. */
function vitalOf({ vitals }: LogRow, vital: Vital): number | null {
  const value = (vitals as Readonly<Record<string, unknown>> | null)?.[vital];
  if (typeof value !== 'number') return null;
  const unit = vital === 'cls' ? 10_000 : 1;
  return Math.min(Math.max(Math.round(value * unit), 0), 10_000_000) / unit;
}
