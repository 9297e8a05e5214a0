import { VITALS, type Vital } from './measures.ts';
import type { View, Visit } from './visits.ts';

/** The 75th percentile of each; null: no view told it. `views`: of the metric that most of them told. */
export interface VitalsFigures extends Record<Vital, number | null> {
  views: number;
}

export interface VitalsRow extends VitalsFigures {
  pathname: string;
}

export interface RecountedVitals {
  summary: VitalsFigures;
  pages: VitalsRow[];
}

export function vitalsOf(visits: readonly Visit[]): RecountedVitals {
  const views = visits.flatMap((visit) => visit.views);
  const pages = [...Map.groupBy(views, (view) => view.row.pathname)]
    .map(([pathname, those]) => ({ pathname, ...figuresOf(those) }))
    .filter((row) => row.views > 0)
    .sort((a, b) => b.views - a.views || Buffer.compare(Buffer.from(a.pathname), Buffer.from(b.pathname)));
  return { summary: figuresOf(views), pages };
}

function figuresOf(views: readonly View[]): VitalsFigures {
  const told = (vital: Vital) => views.flatMap((view) => view[vital] ?? []).sort((a, b) => a - b);
  const p75 = (vital: Vital) => atRank(told(vital), 0.75, vital === 'cls' ? 10_000 : 1);
  return {
    ...{ lcp: p75('lcp'), inp: p75('inp'), cls: p75('cls') },
    views: Math.max(...VITALS.map((vital) => told(vital).length)),
  };
}

/** Nearest rank: the smallest that at least that share of them does not exceed; to three digits from a thousand on. */
function atRank(sorted: readonly number[], share: number, unit: number): number | null {
  const value = sorted[Math.ceil(share * sorted.length) - 1];
  if (value === undefined) return null;
  const whole = Math.round(value * unit);
  return (whole < 1_000 ? whole : Number(whole.toPrecision(3))) / unit;
}
