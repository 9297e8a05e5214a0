import type { Visit } from './visits.ts';

export interface Figures {
  visitors: number;
  visits: number;
  pageviews: number;
  events: number;
  bounces: number;
  durationMs: number;
}

export function figuresOf(visits: readonly Visit[]): Figures {
  return {
    visitors: visitorsOf(visits),
    visits: visits.length,
    pageviews: sum(visits, (visit) => visit.views.length),
    events: sum(visits, (visit) => visit.events.length),
    bounces: bouncesOf(visits),
    durationMs: sum(visits, (visit) => visit.durationMs),
  };
}

/** Distinct visitors a day, summed over the days: a visitor is of one day. */
export const visitorsOf = (visits: readonly Visit[]): number => new Set(visits.map((visit) => visit.of)).size;

export const bouncesOf = (visits: readonly Visit[]): number => visits.filter((visit) => visit.bounced).length;

export const sum = <T>(list: readonly T[], of: (entry: T) => number): number => list.reduce((n, e) => n + of(e), 0);

/** Null, never 0 or NaN, where there is nothing to divide by. */
export const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** The visits of each key that they have; one visit may have several, each once, or none (null). */
export function visitsBy(visits: readonly Visit[], keysOf: (visit: Visit) => readonly (string | null)[]) {
  const groups = new Map<string, Visit[]>();
  for (const visit of visits) {
    for (const key of new Set(keysOf(visit))) {
      if (key === null) continue;
      const those = groups.get(key);
      if (those === undefined) groups.set(key, [visit]);
      else those.push(visit);
    }
  }
  return groups;
}

/** By visitors, most first, then by the text's UTF-8 bytes. */
export function inOrder<T extends { visitors: number }>(rows: readonly T[], text: (row: T) => string): T[] {
  return rows.toSorted((a, b) => b.visitors - a.visitors || Buffer.compare(Buffer.from(text(a)), Buffer.from(text(b))));
}
