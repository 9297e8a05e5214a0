import fc from 'fast-check';

import { arbitraryLog, type ArbitraryLog } from '../arbitrary/log.ts';
import type { Db } from '../../src/platform/database.ts';
import type { Rules } from '../oracle/rules.ts';
import type { Engine, Folder } from './folder.ts';
import { HARD_CASES } from './hard-cases.ts';
import { expectOneBatchAgrees, expectRebuildEqualsLive, expectRepeatsChangeNothing, foldInBatches } from './laws.ts';
import { expectReadsEqualOracle } from './oracle-laws.ts';
import type { Reads } from './reads.ts';
import { arbitraryBatches, writeLog } from './written-log.ts';

/** A database of its own, with an engine over it. */
export interface Workshop {
  db: Db;
  engine: Engine;
  readsOf(folder: Folder): Reads;
  /** A generation built up to `head` by the rebuild's own way, where there is one. */
  rebuiltUpTo?(head: bigint): Promise<Folder>;
  close(): Promise<void>;
}

export interface HoldOptions {
  rules: Rules;
  /** Default 25. Each takes a database and some ten folds. */
  numRuns?: number;
  /** Default 40. */
  maxHits?: number;
  spamReferrers?: readonly string[];
  /** For how long a case that fails is made smaller; default 15,000. */
  shrinkMs?: number;
  /** To run one again that failed. */
  seed?: number;
  path?: string;
}

interface Case {
  log: ArbitraryLog;
  /** Sizes of the batches in which it is appended, and folded. */
  appends: number[];
  folds: number[];
  restartEvery: number;
  /** After which batch the reads are looked at on the way. */
  lookAfter: number;
}

/**
 * Writes arbitrary logs in arbitrary batches, folds them in others with restarts, and holds all laws: one batch agrees,
 * repeats change nothing, a rebuild equals it, and every read is what the oracle recounts: at the end and on the way.
 */
export async function expectLaws(open: () => Promise<Workshop>, options: HoldOptions): Promise<void> {
  const { rules, numRuns = 25, maxHits = 40, spamReferrers = [], shrinkMs = 15_000, seed, path } = options;
  const cases: fc.Arbitrary<Case> = fc.record({
    log: arbitraryLog({ maxHits, spamReferrers }),
    appends: arbitraryBatches(),
    folds: arbitraryBatches(),
    restartEvery: fc.nat(3),
    lookAfter: fc.nat(6),
  });
  await fc.assert(
    fc.asyncProperty(cases, shrinkingFor(shrinkMs, (one: Case) => holdIn(open, one, rules))),
    {
      numRuns,
      includeErrorInReport: true,
      ...(seed === undefined ? {} : { seed }),
      ...(path === undefined ? {} : { path }),
    },
  );
}

/** Some time after the first failure everything passes: fast-check then tells the smallest case that it has. */
function shrinkingFor<T>(ms: number, check: (value: T) => Promise<void>): (value: T) => Promise<void> {
  let failedAt: number | undefined;
  return async (value) => {
    if (failedAt !== undefined && Date.now() - failedAt > ms) return;
    try {
      await check(value);
    } catch (e) {
      failedAt ??= Date.now();
      throw e;
    }
  };
}

export const HARD_CASE_NAMES = Object.keys(HARD_CASES);

/** The same of one of the hard cases, folded hit by hit with some restarts, and at once. */
export async function expectLawsOfHardCase(open: () => Promise<Workshop>, name: string, rules: Rules): Promise<void> {
  const log = HARD_CASES[name];
  if (log === undefined) throw new Error(`no such case: ${name}`);
  const { length } = log.arrivals;
  const restartEvery = Math.max(2, Math.ceil(length / 3));
  await holdIn(open, { log, appends: [1], folds: [1], restartEvery, lookAfter: length - 1 }, rules);
}

async function holdIn(open: () => Promise<Workshop>, one: Case, rules: Rules): Promise<void> {
  const workshop = await open();
  try {
    await holdOne(workshop, one, rules);
  } finally {
    await workshop.close();
  }
}

async function holdOne({ db, engine, readsOf, rebuiltUpTo }: Workshop, one: Case, rules: Rules): Promise<void> {
  const { rows, head } = await writeLog(db, one.log, one.appends);
  let batch = 0;
  const split = { batches: one.folds, restartEvery: one.restartEvery };
  const live = await foldInBatches(engine, head, split, async (on, at) => {
    if (batch++ !== one.lookAfter) return;
    await expectReadsEqualOracle(readsOf(on), rows.filter((row) => BigInt(row.position) <= at), rules);
  });
  await expectReadsEqualOracle(readsOf(live), rows, rules);
  await expectOneBatchAgrees(engine, live, head);
  if (rebuiltUpTo) await expectRebuildEqualsLive(live, await rebuiltUpTo(head));
  await expectRepeatsChangeNothing(live, head);
}
