import { engagement, pageView } from '../given.ts';
import { rowsOf, type LogRow } from '../oracle/log-row.ts';
import { recount } from '../oracle/oracle.ts';
import { publishedSummary } from '../oracle/published.ts';
import type { Rules } from '../oracle/rules.ts';
import type { Engine, Folder } from './folder.ts';
import { expectOneBatchAgrees, expectRebuildEqualsLive, expectRepeatsChangeNothing, foldInBatches } from './laws.ts';
import { expectReadsEqualOracle } from './oracle-laws.ts';
import type { Reads } from './reads.ts';
import { rowText } from './tables.ts';
import { stops } from './written-log.ts';

// A law that nothing can break is none: each is held against engines that keep it and against one that does not.

interface Habits {
  /** Counts a batch again that it folded before. */
  repeats?: boolean;
  /** Keeps a sum in memory until the batch after. */
  forgetful?: boolean;
  /** Counts batches instead of positions. */
  countsBatches?: boolean;
}

/** An engine that adds up positions: one table with one row. */
function toyEngine(habits: Habits = {}): Engine {
  return {
    newGeneration: () => Promise.resolve(toyFolder({ position: 0n, sum: 0n, pending: 0n }, habits)),
  };
}

function toyFolder(state: { position: bigint; sum: bigint; pending: bigint }, habits: Habits): Folder {
  return {
    tables: ['sums'],
    foldUpTo(to) {
      if (to <= state.position && !habits.repeats) return Promise.resolve();
      let added = habits.countsBatches ? 1n : 0n;
      if (!habits.countsBatches) for (let at = state.position + 1n; at <= to; at++) added += at;
      if (habits.repeats && to <= state.position) added = to;
      state.sum += habits.forgetful ? state.pending : added;
      state.pending = added;
      if (to > state.position) state.position = to;
      return Promise.resolve();
    },
    rows: () => Promise.resolve([{ sum: habits.forgetful ? state.sum + state.pending : state.sum }]),
    restarted: () => Promise.resolve(toyFolder({ ...state, pending: 0n }, habits)),
  };
}

const split = { batches: [1, 3, 2], restartEvery: 2 };

describe('law 1: any split gives the same rows', () => {
  it('is kept by an engine that adds up', async () => {
    const parts = await foldInBatches(toyEngine(), 20n, split);
    await expectOneBatchAgrees(toyEngine(), parts, 20n);
    expect(await parts.rows('sums')).toEqual([{ sum: 210n }]);
  });

  it.each([
    ['counts batches', { countsBatches: true }],
    ['counts a repeated batch again', { repeats: true }],
    ['keeps in memory what a restart forgets', { forgetful: true }],
  ])('is broken by one that %s', async (_, habits) => {
    const parts = await foldInBatches(toyEngine(habits), 20n, split);
    await expect(expectOneBatchAgrees(toyEngine(), parts, 20n)).rejects.toThrow(/sums lacks \{sum: 210n\}/);
  });

  it('looks at the rows on the way', async () => {
    const seen: bigint[] = [];
    await foldInBatches(toyEngine(), 9n, split, (_, at) => Promise.resolve(void seen.push(at)));
    expect(seen).toEqual([1n, 4n, 6n, 8n, 9n]);
  });
});

describe('law 2: a repeated batch changes nothing', () => {
  const folded = async (habits: Habits) => {
    const folder = await toyEngine(habits).newGeneration();
    await folder.foldUpTo(20n);
    return folder;
  };

  it('is kept by an engine that adds up', async () => {
    await expectRepeatsChangeNothing(await folded({}), 20n);
  });

  it('is broken by one that counts again', async () => {
    await expect(expectRepeatsChangeNothing(await folded({ repeats: true }), 20n)).rejects.toThrow('changed something');
  });

  it('is broken by one that forgets with its process', async () => {
    const folder = await folded({ forgetful: true });
    await expect(expectRepeatsChangeNothing(folder, 20n)).rejects.toThrow('after a restart changed something');
  });
});

describe('law 3: a rebuild equals what is live', () => {
  it('is broken by one row more, less or other', async () => {
    const rows = () => Promise.resolve([{ n: 1 }, { n: 1 }, { n: 2 }]);
    const live = { ...(await toyEngine().newGeneration()), rows };
    const rebuilt = { ...live, rows: () => Promise.resolve([{ n: 2 }, { n: 1 }, { n: 3 }]) };
    await expectRebuildEqualsLive(live, { ...live, rows: async () => (await live.rows()).toReversed() });
    await expect(expectRebuildEqualsLive(live, rebuilt)).rejects.toThrow(
      'sums lacks {n: 1}\n  sums has wrongly {n: 3}',
    );
    await expect(expectRebuildEqualsLive(live, { ...live, tables: [] })).rejects.toThrow('in one generation only');
  });

  it('tells values of different types apart', () => {
    const values = [1, '1', 1n, null, 'null', undefined, true, [1], { a: 1 }, new Date(0), Buffer.from([1])];
    expect(new Set(values.map((value) => rowText({ value }))).size).toBe(values.length);
    expect(rowText({ b: 1, a: { d: 2, c: 3 } })).toBe(rowText({ a: { c: 3, d: 2 }, b: 1 }));
  });
});

describe('the oracle’s law: the reads are what the log says', () => {
  const rules: Rules = {
    counts: () => true,
    agent: (row) => ({ browser: row.user_agent, os: 'Linux', device: null }),
    source: () => ({
      ...{ source: null, channel: 'Direct', utmSource: null, utmMedium: null },
      ...{ utmCampaign: null, utmTerm: null, utmContent: null },
    }),
  };
  const on = (day: string, path: string) => pageView(path, { at: `${day}T12:00`, visitor: 'ann' });
  const rows = rowsOf({ siteId: 3, timezone: 'UTC' }, [
    on('2026-03-01', '/'),
    on('2026-03-01', '/a'),
    engagement('/a', 10, { at: '2026-03-01T12:01', visitor: 'ann' }),
    on('2026-04-02', '/'),
  ]);

  /** Reads that recount, so that they are right by themselves, but for what a test spoils. */
  function readsOf(log: readonly LogRow[], spoilt: Partial<Reads> = {}): Reads {
    const zero = { date: '2026-01-01', visitors: 0, visits: 0, pageviews: 0 };
    return {
      summary: (scope) => Promise.resolve(publishedSummary(recount(log, scope, rules).summary)),
      days: (scope) =>
        Promise.resolve([
          zero,
          ...recount(log, scope, rules).days.map(({ date, visitors, visits }) => ({ date, visitors, visits })),
        ]),
      hours: (scope) => Promise.resolve([...recount(log, scope, rules).hours, zero]),
      breakdown: (scope, metric) => Promise.resolve(recount(log, scope, rules).breakdown(metric)),
      paths: (scope) => Promise.resolve(recount(log, scope, rules).paths),
      entry: (scope) => Promise.resolve(recount(log, scope, rules).entry),
      exit: (scope) => Promise.resolve(recount(log, scope, rules).exit),
      realtime: (siteId, now) => Promise.resolve(recount(log, { siteId, from: '', to: '' }, rules).realtime(now)),
      last24h: (siteId, now) => Promise.resolve(recount(log, { siteId, from: '', to: '' }, rules).last24h(now)),
      ...spoilt,
    };
  }
  const right = readsOf(rows);

  it('is kept by reads that are right, with days and hours of zeros or without', async () => {
    await expectReadsEqualOracle(right, rows, rules);
  });

  it('allows a billionth in a mean, and no more', async () => {
    const off = (by: number): Partial<Reads> => ({
      summary: async (scope) => {
        const summary = await right.summary(scope);
        return { ...summary, visit_duration: summary.visit_duration === null ? null : summary.visit_duration + by };
      },
    });
    await expectReadsEqualOracle(readsOf(rows, off(1e-10)), rows, rules);
    await expect(expectReadsEqualOracle(readsOf(rows, off(1e-6)), rows, rules)).rejects.toThrow('visit_duration');
  });

  it.each<[string, Partial<Reads>]>([
    ['summary.bounce_rate', { summary: async (scope) => ({ ...(await right.summary(scope)), bounce_rate: 0.1 }) }],
    ['days', { days: async (scope) => (await right.days(scope)).slice(1, 2) }],
    ['hours', { hours: async (scope) => (await right.hours?.(scope) ?? []).slice(0, 1) }],
    ['browser[0].value', { breakdown: async (scope, metric) => (await right.breakdown(scope, metric)).map(rename) }],
    ['pathname[0].value', { breakdown: async (scope, metric) => (await right.breakdown(scope, metric)).toReversed() }],
    ['paths', { paths: () => Promise.resolve([]) }],
    ['entry', { entry: () => Promise.resolve([]) }],
    ['exit', { exit: () => Promise.resolve([]) }],
    ['realtime', { realtime: () => Promise.resolve(1) }],
    ['last24h', { last24h: () => Promise.resolve(0) }],
  ])('is broken by another %s', async (place, spoilt) => {
    await expect(expectReadsEqualOracle(readsOf(rows, spoilt), rows, rules)).rejects.toThrow(place);
  });

  it('is broken by reads that missed a hit', async () => {
    const missed = expectReadsEqualOracle(readsOf(rows.slice(1)), rows, rules);
    await expect(missed).rejects.toThrow('pageviews: 3 expected, 2 found');
  });
});

describe('stops', () => {
  it('end at the last position, the last size repeated', () => {
    expect(stops(0n, 7n, [1, 2])).toEqual([1n, 3n, 5n, 7n]);
    expect(stops(2n, 4n, [10])).toEqual([4n]);
    expect(stops(0n, 0n, [1])).toEqual([]);
  });
});

function rename<T extends { value: string }>(row: T): T {
  return { ...row, value: `${row.value}?` };
}
