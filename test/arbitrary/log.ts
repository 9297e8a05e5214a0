import fc from 'fast-check';

import type { GivenHit } from '../given.ts';
import { withExclusions } from '../oracle/exclusions.ts';
import { rowsOf, type LogRow } from '../oracle/log-row.ts';
import { logText } from './log-text.ts';
import { starts, steps, ZONES } from './times.ts';
import * as values from './values.ts';

/** A small log before it is appended: the sites, and the hits in the order in which they arrive. */
export interface ArbitraryLog {
  /** Time zones of the sites; a hit names its site by the index. */
  zones: readonly string[];
  arrivals: readonly Arrival[];
  /** In the order of `before`. */
  changes?: readonly ExclusionChange[];
}

/** A site names the paths that it leaves out from there on. */
export interface ExclusionChange {
  /** It stands in the log before the arrival of this index. */
  before: number;
  site: number;
  patterns: readonly string[];
}

export interface Arrival {
  site: number;
  hit: GivenHit;
}

export interface LogConstraints {
  /** Default 40. */
  maxHits?: number;
  /** Hosts of the spam list to mix in. */
  spamReferrers?: readonly string[];
}

/**
 * Logs whose hits meet: few visitors, the same on all days and sites, few paths, equal times, gaps of exactly 30
 * minutes, clocks that change. They arrive in another order than they happened, so that late hits merge visits.
 */
export function arbitraryLog(constraints: LogConstraints = {}): fc.Arbitrary<ArbitraryLog> {
  const { maxHits = 40, spamReferrers = [] } = constraints;
  const entry = fc.record({
    hit: arbitraryHit(spamReferrers),
    who: fc.nat(3),
    site: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2),
    step: steps,
    /** By how many places it comes late. */
    delay: fc.constantFrom(0, 0, 0, 1, 2, 4, 8, 20),
  });
  return fc
    .record({
      start: starts,
      others: fc.uniqueArray(fc.constantFrom(...ZONES), { minLength: 1, maxLength: 2 }),
      crowd: fc.uniqueArray(values.visitors, { minLength: 1, maxLength: 4 }),
      entries: fc.noBias(fc.array(entry, { minLength: 1, maxLength: maxHits, size: 'max' })),
      exclusions: fc.array(fc.record({ at: fc.nat(39), site: fc.constantFrom(0, 0, 0, 1, 2), patterns: values.patterns }), {
        maxLength: 4,
      }),
    })
    .map(({ start, others, crowd, entries, exclusions }) => {
      const zones = [start.zone, ...others];
      let occurredAt = start.at;
      const happened = entries.map(({ hit, who, site, step, delay }, i) => ({
        site: site % zones.length,
        hit: { ...hit, occurredAt: (occurredAt += step), visitor: crowd[who % crowd.length] ?? 1n },
        turn: i + delay,
      }));
      const arrivals = happened.toSorted((a, b) => a.turn - b.turn).map(({ site, hit }) => ({ site, hit }));
      const changes = exclusions
        .map(({ at, site, patterns }) => ({ before: at % entries.length, site: site % zones.length, patterns }))
        .toSorted((a, b) => a.before - b.before);
      const log = { zones, arrivals, changes };
      return Object.defineProperty(log, fc.toStringMethod, { value: () => logText(log) });
    });
}

function arbitraryHit(spamReferrers: readonly string[]): fc.Arbitrary<Omit<GivenHit, 'occurredAt' | 'visitor'>> {
  const common = {
    userAgent: usually(values.userAgents, values.bots, 20),
    hostname: values.hostnames,
    pathname: values.paths,
    country: values.countries,
    width: values.widths,
    verdict: usually<1 | 2 | null>(fc.constant(null), fc.constantFrom(1, 2), 20),
    referrer: usually<string | null>(
      fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, values.referrers),
      spamReferrers.length === 0 ? values.referrers : fc.constantFrom(...spamReferrers).map(asReferrer),
      20,
    ),
    query: usually<string | null>(fc.constant(null), values.queries, 4),
    clickId: usually<string | null>(fc.constant(null), values.clickIds, 8),
    props: usually<string | null>(fc.constant(null), values.props, 4),
    scroll: fc.constantFrom(null, 0, 50, 100),
    vitals: usually<string | null>(fc.constant(null), values.vitals, 8),
    revenue: fc.constant(null),
    via: fc.constant(null),
    // Of an event alone does it mean anything.
    interactive: usually<false | null>(fc.constant(null), fc.constant(false), 20),
  };
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ ...common, name: fc.constant(null), durationMs: values.secondsOnPageLeft }) },
    {
      weight: 2,
      arbitrary: fc.record({
        ...common,
        name: values.names,
        durationMs: values.secondsOnPageLeft,
        interactive: fc.constantFrom(null, false),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        ...common,
        name: fc.constant('engagement'),
        durationMs: values.reportedMs,
        vitals: usually<string | null>(values.vitals, fc.constant(null), 3),
      }),
    },
  );
}

/** The rare value once in `every`. Shrinks to the usual one. */
function usually<T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, every: number): fc.Arbitrary<T> {
  return fc.oneof({ weight: every - 1, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

/** The rows that a log would be once it is appended, without any database: sites are numbered from 1. */
export function rowsOfLog(log: ArbitraryLog): LogRow[] {
  const changes = log.changes ?? [];
  const rows = log.arrivals.flatMap(({ site, hit }, i) => {
    const changed = changes.filter(({ before }) => before <= i).length;
    return rowsOf({ siteId: site + 1, timezone: log.zones[site] ?? 'UTC' }, [hit], i + changed + 1);
  });
  const exclusions = changes.map(({ before, site, patterns }, i) => ({
    ...{ siteId: site + 1, position: BigInt(before + i + 1), patterns },
  }));
  return withExclusions(rows, exclusions);
}

const asReferrer = (host: string): string => `https://${host}`;
