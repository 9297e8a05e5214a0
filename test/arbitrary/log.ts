import fc from 'fast-check';

import type { GivenHit } from '../given.ts';
import { rowsOf, type LogRow } from '../oracle/log-row.ts';
import { arbitraryTimes, ZONES } from './times.ts';
import * as values from './values.ts';

/** A small log before it is appended: the sites, and the hits in the order in which they arrive. */
export interface ArbitraryLog {
  /** Time zones of the sites; a hit names its site by the index. */
  zones: readonly string[];
  arrivals: readonly Arrival[];
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
  return fc.noBias(fc.integer({ min: 1, max: maxHits })).chain((count) =>
    fc
      .record({
        others: fc.uniqueArray(fc.constantFrom(...ZONES), { minLength: 1, maxLength: 2 }),
        crowd: fc.uniqueArray(values.visitors, { minLength: 1, maxLength: 4 }),
        who: fc.array(fc.nat(3), { minLength: count, maxLength: count }),
        times: arbitraryTimes(count),
        hits: fc.array(arbitraryHit(spamReferrers), { minLength: count, maxLength: count }),
        sites: fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2), { minLength: count, maxLength: count }),
        /** By how many places each comes late. */
        delays: fc.array(fc.constantFrom(0, 0, 0, 1, 2, 4, 8, 20), { minLength: count, maxLength: count }),
      })
      .map(({ others, crowd, who, times: { zone, times }, hits, sites, delays }) => {
        const zones = [zone, ...others];
        const happened = hits.map((hit, i) => ({
          site: (sites[i] ?? 0) % zones.length,
          hit: { ...hit, occurredAt: times[i] ?? 0, visitor: crowd[(who[i] ?? 0) % crowd.length] ?? 1n },
          turn: i + (delays[i] ?? 0),
        }));
        const arrivals = happened.toSorted((a, b) => a.turn - b.turn).map(({ site, hit }) => ({ site, hit }));
        return { zones, arrivals };
      }),
  );
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
      spamReferrers.length === 0 ? values.referrers : fc.constantFrom(...spamReferrers).map((host) => `https://${host}`),
      20,
    ),
    query: usually<string | null>(fc.constant(null), values.queries, 4),
    clickId: usually<string | null>(fc.constant(null), values.clickIds, 8),
    props: usually<string | null>(fc.constant(null), values.props, 4),
    scroll: fc.constantFrom(null, 0, 50, 100),
    vitals: usually<string | null>(fc.constant(null), values.vitals, 8),
  };
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ ...common, name: fc.constant(null), durationMs: values.secondsOnPageLeft }) },
    { weight: 2, arbitrary: fc.record({ ...common, name: values.names, durationMs: values.secondsOnPageLeft }) },
    { weight: 3, arbitrary: fc.record({ ...common, name: fc.constant('engagement'), durationMs: values.reportedMs }) },
  );
}

/** The rare value once in `every`. Shrinks to the usual one. */
function usually<T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, every: number): fc.Arbitrary<T> {
  return fc.oneof({ weight: every - 1, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

/** The rows that a log would be once it is appended, without any database: sites are numbered from 1. */
export function rowsOfLog(log: ArbitraryLog): LogRow[] {
  return log.arrivals.flatMap(({ site, hit }, i) =>
    rowsOf({ siteId: site + 1, timezone: log.zones[site] ?? 'UTC' }, [hit], i + 1),
  );
}
