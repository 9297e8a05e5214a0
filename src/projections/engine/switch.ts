import type { Tx } from '../../platform/database.ts';
import { OperatorError } from '../../platform/errors.ts';
import { dropFacts, dropView } from './drop.ts';
import { lockGenerations } from './generation.ts';
import './projections.tables.ts';

/** Somebody else dropped it. */
export class GenerationGone extends OperatorError {
  constructor(generation: number) {
    super(`generation ${generation} is not there any more: it was discarded, or another switch replaced it`);
  }
}

/** What a switch did. */
export interface Switched {
  /** What serves no more, and is kept. */
  previous: number;
  /** What had been kept until now, and is gone. */
  dropped: number[];
}

/**
 * Makes facts, and what follows them, what queries read; what served before is kept as `previous`. Also back: from
 * `previous` to `serving`. Answers null, and does nothing, where they stand behind what serves: figures that were read
 * are not taken back. A short transaction: what was kept until now is dropped in it.
 */
export async function switchFacts(tx: Tx, generation: number): Promise<Switched | null> {
  await lockGenerations(tx);
  // Under the lock of both checkpoints, so that neither moves meanwhile.
  const stand = await tx
    .selectFrom('projections')
    .select(['generation', 'position', 'state'])
    .where((eb) => eb.or([eb('state', 'in', ['serving', 'previous']), eb('generation', '=', generation)]))
    .orderBy('generation')
    .forUpdate()
    .execute();
  const next = stand.find((row) => row.generation === generation);
  const serving = stand.find((row) => row.state === 'serving');
  if (next === undefined || serving === undefined) throw new GenerationGone(generation);
  if (next === serving) return { previous: generation, dropped: [] };
  if (BigInt(serving.position) > BigInt(next.position)) return null;
  const dropped = stand.filter((row) => row.state === 'previous' && row !== next).map((row) => row.generation);
  for (const old of dropped) await dropFacts(tx, old);
  await dropAllButServing(tx, serving.generation);
  const now = new Date();
  const set = async (of: number, state: 'serving' | 'previous'): Promise<void> => {
    const change = { state, switched_at: now };
    await tx.updateTable('projections').set(change).where('generation', '=', of).execute();
    await tx.updateTable('projection_views').set(change).where('facts', '=', of).execute();
  };
  await set(serving.generation, 'previous');
  await set(generation, 'serving');
  return { previous: serving.generation, dropped };
}

/** Views that were built, or kept, upon facts that serve no more: one of each goes on with them. */
async function dropAllButServing(tx: Tx, facts: number): Promise<void> {
  const others = await tx
    .selectFrom('projection_views')
    .select(['generation', 'view', 'facts'])
    .where('facts', '=', facts)
    .where('state', '<>', 'serving')
    .execute();
  for (const other of others) await dropView(tx, other, []);
}
