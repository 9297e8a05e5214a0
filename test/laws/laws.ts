import type { Engine, Folder } from './folder.ts';
import { expectSameTables, snapshotOf } from './tables.ts';
import { stops } from './written-log.ts';

/**
 * The laws that every registered view keeps, whatever the log is:
 * 1. any split into batches, with restarts between them, gives the same rows as one batch;
 * 2. a repeated batch changes nothing;
 * 3. what is built anew from the whole log equals what was folded as the log grew.
 */

export interface SplitFold {
  /** Sizes in positions; the last one repeats. */
  batches: readonly number[];
  /** After every so many batches the process ends, and another one goes on. 0: never. */
  restartEvery: number;
}

/**
 * Folds a new generation in batches up to `head`, and gives the folder that stands there. Each batch is asked for
 * twice, as after a lost answer. `visit` looks at it on the way.
 */
export async function foldInBatches(
  engine: Engine,
  head: bigint,
  split: SplitFold,
  visit: (folder: Folder, position: bigint) => Promise<void> = () => Promise.resolve(),
): Promise<Folder> {
  let folder = await engine.newGeneration();
  let batch = 0;
  for (const stop of stops(0n, head, split.batches)) {
    await folder.foldUpTo(stop);
    batch += 1;
    if (split.restartEvery > 0 && batch % split.restartEvery === 0) folder = await folder.restarted();
    await folder.foldUpTo(stop);
    await visit(folder, stop);
  }
  return folder;
}

/** Law 1, of one that was folded in batches up to `head`. */
export async function expectOneBatchAgrees(engine: Engine, parts: Folder, head: bigint): Promise<void> {
  const whole = await engine.newGeneration();
  await whole.foldUpTo(head);
  expectSameTables('folded in batches it is not what it is in one', await snapshotOf(whole), await snapshotOf(parts));
}

/** Law 2: whatever was folded before is asked for again, in this process and in a new one. */
export async function expectRepeatsChangeNothing(folder: Folder, head: bigint): Promise<void> {
  const before = await snapshotOf(folder);
  for (const position of [0n, 1n, head / 2n, head]) await folder.foldUpTo(position);
  expectSameTables('a batch folded again changed something', before, await snapshotOf(folder));
  const again = await folder.restarted();
  await again.foldUpTo(head);
  expectSameTables('a batch folded again after a restart changed something', before, await snapshotOf(again));
}

/** Law 3, for a generation that was made in another way, by ranges and months, and stands at the same head. */
export async function expectRebuildEqualsLive(live: Folder, rebuilt: Folder): Promise<void> {
  expectSameTables('rebuilt it is not what it was', await snapshotOf(live), await snapshotOf(rebuilt));
}
