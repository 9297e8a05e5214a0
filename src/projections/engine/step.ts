import { sql } from 'kysely';
import { readHead } from '../../log/head.ts';
import type { Db, Tx } from '../../platform/database.ts';
import { OperatorError } from '../../platform/errors.ts';
import { forgetExclusions, noteExclusions } from '../facts/exclusions.ts';
import type { Rules } from '../facts/interpret.ts';
import { namesOf } from '../facts/names.ts';
import type { View } from '../views/view.ts';
import { foldFacts, prepareConnection } from './fold.ts';
import './projections.tables.ts';

export interface StepOptions {
  views: readonly View[];
  rules: Rules;
  /** Positions a batch spans at most. */
  maxBatch: number;
  /** Fold no further than this position, for a rebuild's fixed target. */
  target?: bigint;
}

export type Step =
  /** `position` is where the generation stands now; `atHead` as of the moment the step began. */
  | { kind: 'folded' | 'idle'; position: bigint; head: bigint; atHead: boolean }
  /** Another worker holds this generation's checkpoint, or it is gone. */
  | { kind: 'busy' };

/** Some hit of the batch cannot be folded into the facts. */
export class FactsFailed extends Error {
  /** Where the generation stood: the batch began at the next position. */
  readonly from: bigint;
  constructor(from: bigint, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.from = from;
  }
}

/** The error of a view's own fold. The facts are good; the view is suspended and rebuilt later. */
export class ViewFailed extends Error {
  readonly view: string;
  constructor(view: string, cause: unknown) {
    super(`view ${view} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.view = view;
  }
}

/**
 * Folds the next batch of a generation: facts, views and checkpoint in one transaction. The checkpoint row is lease and
 * fence in one: taken FOR UPDATE SKIP LOCKED, moved by compare-and-set. `db` must be one connection (temporary tables).
 */
export async function foldStep(db: Db, generation: number, o: StepOptions): Promise<Step> {
  return await db.transaction().execute(async (tx) => {
    const checkpoint = await tx
      .selectFrom('projections')
      .select(['position', sql<Date>`clock_timestamp()`.as('now')])
      .where('generation', '=', generation)
      .where('state', '<>', 'retired')
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (checkpoint === undefined) return { kind: 'busy' };
    const from = BigInt(checkpoint.position);
    // Everything up to the head is committed and visible: commit order is position order.
    const head = await readHead(tx);
    if (from > head) throw new CheckpointAhead(generation, from, head);
    const end = o.target !== undefined && o.target < head ? o.target : head;
    const to = end - from > BigInt(o.maxBatch) ? from + BigInt(o.maxBatch) : end;
    if (to > from) await foldRange(tx, generation, from, to, o);
    const moved = await tx
      .updateTable('projections')
      .set({ position: to, ...(to === head ? { caught_up_at: checkpoint.now } : {}) })
      .where('generation', '=', generation)
      .where('position', '=', checkpoint.position)
      .executeTakeFirst();
    if (moved.numUpdatedRows !== 1n) throw new Error(`the checkpoint of generation ${generation} moved under a lock`);
    return { kind: to > from ? 'folded' : 'idle', position: to, head, atHead: to === head };
  });
}

async function foldRange(tx: Tx, generation: number, from: bigint, to: bigint, o: StepOptions): Promise<void> {
  const names = namesOf(generation);
  const parked = await tx
    .selectFrom('projection_parked')
    .select('position')
    .where('generation', '=', generation)
    .where('position', '>', from.toString())
    .where('position', '<=', to.toString())
    .execute();
  const suspended = await tx
    .selectFrom('projection_suspended')
    .select('view')
    .where('generation', '=', generation)
    .execute();
  await prepareConnection(tx, o.views);
  // Not within what parks a hit: an event that cannot be folded stops the fold.
  const deleted = await noteExclusions(tx, names, { from, to });
  const range = { from, to, parked: parked.map((row) => row.position) };
  const { run, move } = await foldFacts(tx, names, o.rules, range).catch((e: unknown) => {
    throw new FactsFailed(from, e);
  });
  for (const view of o.views) {
    if (suspended.some((row) => row.view === view.name)) continue;
    try {
      await view.fold(run, names, move);
    } catch (e) {
      throw new ViewFailed(view.name, e);
    }
  }
  await forgetExclusions(tx, names, deleted);
}

/** The log is shorter than what was folded: a partial restore. Folding on would give positions a second meaning. */
export class CheckpointAhead extends OperatorError {
  constructor(generation: number, position: bigint, head: bigint) {
    super(
      `projection generation ${generation} stands at position ${position}, but the log ends at ${head}: ` +
        'restore the whole database, or rebuild the projections with `antics rebuild`',
    );
  }
}
