import { sql } from 'kysely';
import { isTooOld, type AlertMetric, type Finding } from '../domain/alert.ts';
import { addDays, localDayHour } from '../domain/local-time.ts';
import type { Db, Tx } from '../platform/database.ts';
import { readServing, type Serving } from '../projections/engine/status.read.ts';
import { readWindow } from '../projections/facts/last-day.read.ts';
import { READABLE } from '../projections/readable.read.ts';
import { liveReads } from '../projections/views/live/live.read.ts';
import { versionOf } from '../projections/views/versions.read.ts';
import '../log/log.tables.ts';

const DAY_MS = 86_400_000;

export interface AskedFigures {
  /** Public id, and the key of the hits. */
  readonly site: string;
  readonly siteId: number;
  readonly timezone: string;
  readonly metrics: ReadonlySet<AlertMetric>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What the last 24 hours, by instants, come to: of every metric that was asked for. */
export type Figures = (metric: AlertMetric) => Finding;

/** Read in one snapshot. Nothing is known while nothing serves, or serves too late; nothing of a view that failed. */
export function readFigures(reader: Db, asked: AskedFigures): Promise<Figures> {
  return reader
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const serving = await readServing(tx, READABLE);
      if (serving === null || isTooOld(serving.lagSeconds)) return () => 'unknown';
      const visitors = asked.metrics.has('visitors') ? await visitorsOf(tx, serving, asked) : 'unknown';
      const isMore = [...asked.metrics].some((metric) => metric !== 'visitors');
      const others = isMore ? await countsOf(tx, serving, asked) : undefined;
      return (metric) => (metric === 'visitors' ? visitors : others === undefined ? 'unknown' : { value: others[metric] });
    });
}

async function visitorsOf(tx: Tx, serving: Serving, { siteId, now }: AskedFigures): Promise<Finding> {
  if (serving.suspended.includes('live')) return 'unknown';
  const visitors = await versionOf('live', liveReads, serving).readLastDay(tx, serving.names, [siteId], now);
  return { value: visitors.get(siteId) ?? 0 };
}

/**
 * Visits with a hit within the window, bounces among them as whole visits; page views and events within it. Read from
 * the facts, which never fail alone: no view counts by the minute.
 */
async function countsOf(tx: Tx, serving: Serving, asked: AskedFigures) {
  const { site, siteId, timezone, now } = asked;
  const from = now - DAY_MS;
  // A zone further west may have given its hits the day before, and one further east the day after: an empty one.
  const firstDay = localDayHour(from, timezone).day;
  const fromDay = (await hasNewTimeZone(tx, site, new Date(from - DAY_MS))) ? addDays(firstDay, -1) : firstDay;
  const toDay = addDays(localDayHour(now, timezone).day, 1);
  const counts = await readWindow(tx, serving.names, siteId, { from, to: now, fromDay, toDay });
  return { ...counts, bounce_rate: counts.visits === 0 ? null : counts.bounces / counts.visits };
}

async function hasNewTimeZone(tx: Tx, site: string, since: Date): Promise<boolean> {
  const row = await tx
    .selectFrom('log_events')
    .select('position')
    .where('site', '=', site)
    .where('type', '=', 'SiteChanged')
    .where('recorded_at', '>', since)
    .where(sql<boolean>`data -> 'changes' -> 'timezone' is not null`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
