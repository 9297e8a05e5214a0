import type { LogRow } from './log-row.ts';
import { measuresOf, type Measures } from './measures.ts';
import type { Rules } from './rules.ts';

const VISIT_GAP_MS = 30 * 60_000;
const LONGEST_VIEW_MS = 1_800_000;

/** One visitor of a site on one local day. */
export interface VisitorDay {
  day: string;
  visitor: string;
  /** In order, by (time, position). Engagement is no hit. */
  hits: LogRow[];
  first: LogRow;
  visits: Visit[];
}

export interface Visit {
  of: VisitorDay;
  first: LogRow;
  views: View[];
  events: LogRow[];
  bounced: boolean;
  durationMs: number;
}

export interface View extends Measures {
  row: LogRow;
  /** Capped; null where nobody told it. */
  timeMs: number | null;
}

/** Takes the rows of one site apart into visitors and their visits. */
export function visitorDays(rows: readonly LogRow[], rules: Rules): VisitorDay[] {
  const counted = rows.filter((row) => rules.counts(row)).sort(byTimeThenPosition);
  return [...Map.groupBy(counted, (row) => `${row.day} ${row.visitor}`).values()].flatMap((ofOne) => visitorDay(ofOne, rules));
}

function visitorDay(rows: readonly LogRow[], { visitGapMs = VISIT_GAP_MS }: Rules): VisitorDay[] {
  const reports = rows.filter(isEngagement);
  const hits = rows.filter((row) => !isEngagement(row));
  const first = hits[0];
  if (first === undefined) return [];
  const who: VisitorDay = { day: first.day, visitor: first.visitor, hits, first, visits: [] };
  const reported = reportsOf(hits.filter(isView), reports);
  who.visits = splitAtGaps(hits, visitGapMs).map((part) => visitOf(who, part, reported));
  return [who];
}

function visitOf(who: VisitorDay, [first, ...others]: Part, reported: Map<LogRow, LogRow[]>): Visit {
  const hits = [first, ...others];
  const pages = hits.filter(isView);
  const views = pages.map((row, i) => {
    const [of, next] = [reported.get(row) ?? [], pages[i + 1]];
    return { row, timeMs: cap(timeReported(of) ?? next?.duration_ms ?? null), ...measuresOf(of, next) };
  });
  const events = hits.filter((row) => !isView(row));
  const last = others.at(-1) ?? first;
  const lastView = views.at(-1);
  const afterLastHit = lastView?.row === last ? (lastView.timeMs ?? 0) : 0;
  return {
    of: who,
    first,
    views,
    events,
    bounced: views.length === 1 && events.every((row) => row.interactive === false),
    durationMs: time(last) - time(first) + afterLastHit,
  };
}

/** What engagement says, in its order. It is of the latest view of its path at or before it; without one of none. */
function reportsOf(views: readonly LogRow[], reports: readonly LogRow[]): Map<LogRow, LogRow[]> {
  const of = new Map<LogRow, LogRow[]>();
  for (const report of reports) {
    const view = views.findLast((v) => v.pathname === report.pathname && byTimeThenPosition(v, report) < 0);
    if (view !== undefined) of.set(view, [...(of.get(view) ?? []), report]);
  }
  return of;
}

/** Without seconds a report says nothing of the time. */
function timeReported(reports: readonly LogRow[]): number | null {
  const times = reports.flatMap((report) => report.duration_ms ?? []);
  return times.length === 0 ? null : times.reduce((sum, ms) => sum + ms, 0);
}

/** Hits of one visit: never none. */
type Part = [LogRow, ...LogRow[]];

function splitAtGaps(hits: readonly LogRow[], gapMs: number): Part[] {
  const parts: Part[] = [];
  let before: LogRow | undefined;
  for (const hit of hits) {
    const part = parts.at(-1);
    if (part === undefined || before === undefined || time(hit) - time(before) >= gapMs) parts.push([hit]);
    else part.push(hit);
    before = hit;
  }
  return parts;
}

export function byTimeThenPosition(a: LogRow, b: LogRow): number {
  return time(a) - time(b) || Number(BigInt(a.position) - BigInt(b.position));
}

export const isEngagement = (row: LogRow): boolean => row.name === 'engagement';
export const isView = (row: LogRow): boolean => row.name === null;
export const time = (row: LogRow): number => row.occurred_at.getTime();
const cap = (ms: number | null): number | null => (ms === null ? null : Math.min(ms, LONGEST_VIEW_MS));
