import { breakdownOf, type BreakdownRow, type Metric } from './breakdown.ts';
import { figuresOf, type Figures } from './figures.ts';
import type { LogRow } from './log-row.ts';
import { entriesOf, exitsOf, pathsOf, type EntryRow, type ExitRow, type PathRow } from './pages.ts';
import type { Rules } from './rules.ts';
import { isEngagement, isView, time, visitorDays, type Visit, type VisitorDay } from './visits.ts';
import { vitalsOf, type RecountedVitals } from './vitals.ts';

export type DayFigures = Figures & { date: string };

export interface HourFigures {
  /** `2026-11-23T14`, local. */
  date: string;
  visitors: number;
  visits: number;
  pageviews: number;
}

export interface Recount {
  summary: Figures;
  /** Days and hours in which something was counted, in order; the others are zeros. */
  days: DayFigures[];
  hours: HourFigures[];
  breakdown(metric: Metric): BreakdownRow[];
  paths: PathRow[];
  entry: EntryRow[];
  exit: ExitRow[];
  vitals: RecountedVitals;
  /** Distinct visitor ids of the last 300 s and 24 h, whatever the period is. */
  realtime(nowMs: number): number;
  last24h(nowMs: number): number;
}

export interface Scope {
  siteId: number;
  /** Local days, both included. */
  from: string;
  to: string;
}

/**
 * Every figure of a site, counted once more from the rows of the log by the published definitions: slow, plain, and
 * knowing nothing of the SQL that is held against it. Nothing is rounded. Lists are in the order of the answers.
 */
export function recount(rows: readonly LogRow[], scope: Scope, rules: Rules): Recount {
  const ofSite = rows.filter((row) => row.site_id === scope.siteId);
  const ofPeriod = ofSite.filter((row) => row.day >= scope.from && row.day <= scope.to);
  const visitors = visitorDays(ofPeriod, rules);
  const visits = visitors.flatMap((visitor) => visitor.visits);
  const since = (nowMs: number, ms: number) => {
    const hits = ofSite.filter((row) => rules.counts(row) && !isEngagement(row));
    const recent = hits.filter((row) => time(row) > nowMs - ms && time(row) <= nowMs);
    return new Set(recent.map((row) => row.visitor)).size;
  };
  return {
    summary: figuresOf(visits),
    days: daysOf(visits),
    hours: hoursOf(visitors, visits),
    breakdown: (metric) => breakdownOf(visits, metric, rules),
    paths: pathsOf(visits),
    entry: entriesOf(visits),
    exit: exitsOf(visits),
    vitals: vitalsOf(visits),
    realtime: (nowMs) => since(nowMs, 300_000),
    last24h: (nowMs) => since(nowMs, 86_400_000),
  };
}

function daysOf(visits: readonly Visit[]): DayFigures[] {
  const days = [...Map.groupBy(visits, (visit) => visit.of.day)];
  return days.map(([date, those]) => ({ date, ...figuresOf(those) })).sort(byDate);
}

function hoursOf(visitors: readonly VisitorDay[], visits: readonly Visit[]): HourFigures[] {
  const hits = visitors.flatMap((visitor) => visitor.hits.map((hit) => ({ visitor, hit, date: hourOf(hit) })));
  const started = Map.groupBy(visits, (visit) => hourOf(visit.first));
  const hours = [...Map.groupBy(hits, (entry) => entry.date)].map(([date, those]) => ({
    date,
    visitors: new Set(those.map((entry) => entry.visitor)).size,
    visits: started.get(date)?.length ?? 0,
    pageviews: those.filter((entry) => isView(entry.hit)).length,
  }));
  return hours.sort(byDate);
}

const hourOf = (hit: LogRow): string => `${hit.day}T${String(hit.hour).padStart(2, '0')}`;
const byDate = (a: { date: string }, b: { date: string }): number => (a.date < b.date ? -1 : 1);
