import fc from 'fast-check';

import { arbitraryLog, type ArbitraryLog } from '../arbitrary/log.ts';
import type { Db } from '../../src/platform/database.ts';
import type { Rules } from '../oracle/rules.ts';
import type { Engine, Folder } from './folder.ts';
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
  const { rules, numRuns = 25, maxHits = 40, spamReferrers = [], seed, path } = options;
  const cases: fc.Arbitrary<Case> = fc.record({
    log: arbitraryLog({ maxHits, spamReferrers }),
    appends: arbitraryBatches(),
    folds: arbitraryBatches(),
    restartEvery: fc.nat(3),
    lookAfter: fc.nat(6),
  });
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const workshop = await open();
      try {
        await holdOne(workshop, one, rules);
      } finally {
        await workshop.close();
      }
    }),
    { numRuns, ...(seed === undefined ? {} : { seed }), ...(path === undefined ? {} : { path }), endOnFailure: false },
  );
}

async function holdOne({ db, engine, readsOf, rebuiltUpTo }: Workshop, one: Case, rules: Rules): Promise<void> {
  const { rows, head } = await writeLog(db, one.log, one.appends);
  let batch = 0;
  const live = await foldInBatches(engine, head, { batches: one.folds, restartEvery: one.restartEvery }, async (on, at) => {
    if (batch++ !== one.lookAfter) return;
    await expectReadsEqualOracle(readsOf(on), rows.filter((row) => BigInt(row.position) <= at), rules);
  });
  await expectReadsEqualOracle(readsOf(live), rows, rules);
  await expectOneBatchAgrees(engine, live, head);
  if (rebuiltUpTo) await expectRebuildEqualsLive(live, await rebuiltUpTo(head));
  await expectRepeatsChangeNothing(live, head);
}
