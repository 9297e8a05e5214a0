import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../platform/database.ts';
import type { Catalog } from '../catalog.ts';
import { dropFacts, sweepDropped } from './drop.ts';
import { createGeneration, lockGenerations } from './generation.ts';
import { foldStepPastPoison } from './poison.ts';
import { GenerationGone, switchFacts } from './switch.ts';

export interface RebuildOptions {
  /** One connection as owner: `openProjectorDatabase`. */
  db: Db;
  catalog: Catalog;
  /** The operator's own spam referrers. */
  spamHosts: readonly string[];
  onProgress(position: bigint, head: bigint): void;
  onError(message: string): void;
}

/** A worker holds the checkpoint for the length of a batch. */
const BUSY_MS = 20;
/** Larger than a live batch: what is touched twice within it is written once. */
const REBUILD_BATCH = 25_000;

/**
 * Builds a new generation from the log beside the serving one, which is read and folded on meanwhile, and switches to
 * it in one short transaction once it stands at the head. What served before is kept until the next rebuild. A rebuild
 * that was interrupted left a generation in state `building`, which is dropped.
 * @throws GenerationGone where another rebuild began meanwhile: that one goes on
 */
export async function rebuild(o: RebuildOptions): Promise<{ generation: number; position: bigint }> {
  const generation = await o.db.transaction().execute(async (tx) => {
    await lockGenerations(tx);
    const left = await tx.selectFrom('projections').select('generation').where('state', 'in', ['building', 'ready']).execute();
    for (const old of left) await dropFacts(tx, old.generation);
    return createGeneration(tx, o.catalog, { state: 'ready', spamHosts: o.spamHosts });
  });
  for (;;) {
    const options = { catalog: o.catalog, maxBatch: REBUILD_BATCH };
    const step = await foldStepPastPoison(o.db, generation, options, o.onError);
    if (step.kind === 'busy') {
      await waitForWorker(o.db, generation);
      continue;
    }
    o.onProgress(step.position, step.head);
    if (!step.atHead) continue;
    const switched = await o.db.transaction().execute((tx) => switchFacts(tx, generation));
    if (switched === null) continue;
    await sweepDropped(o.db, o.catalog);
    return { generation, position: step.position };
  }
}

async function waitForWorker(db: Db, generation: number): Promise<void> {
  const found = await db
    .selectFrom('projections')
    .select('state')
    .where('generation', '=', generation)
    .executeTakeFirst();
  if (found?.state !== 'ready') throw new GenerationGone(generation);
  await sleep(BUSY_MS);
}
