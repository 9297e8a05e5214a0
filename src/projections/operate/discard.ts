import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { Conflict } from '../../platform/errors.ts';
import { forgetFacts, forgetView, sweepDropped } from '../engine/drop.ts';
import { lockGenerations } from '../engine/generation.ts';
import { noteRebuild } from '../engine/rebuild-record.ts';
import { decidedBy, recordDropped, type OperatorContext } from '../engine/switch.ts';
import { readKept, type Kept } from './kept.ts';
import type { Operator } from './operator.ts';
import { projectionNamed, WHOLE } from './projection-names.ts';

/** Plain JSON. */
export interface DiscardedProjection {
  readonly name: string;
  readonly generation: number;
  /** What it was. */
  readonly state: 'building' | 'ready' | 'previous';
}

/** A fold, or a chunk of a rebuild, holds the row for its length. */
const PATIENCE = sql.lit('60s');

/**
 * Does away with what is being built (which ends the rebuild) or is ready, else with what served before: on record.
 * @throws NotFound (the name); Conflict where there is nothing but what serves
 */
export async function discardProjection(
  { database, catalog }: Pick<Operator, 'database' | 'catalog'>,
  o: { name: string; context: OperatorContext },
): Promise<DiscardedProjection> {
  const name = projectionNamed(catalog, o.name);
  const discarded = await database.db.transaction().execute(async (tx) => {
    await sql`set local lock_timeout = ${PATIENCE}`.execute(tx);
    await lockGenerations(tx);
    const found = await findDiscardable(tx, name);
    if (name === WHOLE) {
      await tx.selectFrom('projections').select('generation').where('generation', '=', found.generation).forUpdate().execute();
      await forgetFacts(tx, found.generation);
    } else await forgetView(tx, found.generation, name);
    await noteRebuild(tx, found.generation, 'discarded');
    await recordDropped(tx, [found], decidedBy(o.context, 'DiscardProjection'));
    return found;
  });
  await sweepDropped(database.db, catalog);
  return discarded;
}

async function findDiscardable(tx: Tx, name: string): Promise<DiscardedProjection> {
  const all = (await readKept(tx, name)).filter(({ state }) => state !== 'serving');
  const mine = all.filter(({ onServing }) => name === WHOLE || onServing);
  const found = mine.find(({ state }) => state !== 'previous') ?? mine[0];
  if (found === undefined) throw new Conflict(whyNot(name, all));
  return { name, generation: found.generation, state: found.state as DiscardedProjection['state'] };
}

function whyNot(name: string, all: readonly Kept[]): string {
  if (all.length === 0) return `There is nothing of ${name} but what serves.`;
  return `Generation ${all[0]?.generation} of ${name} belongs to facts of its own, and goes with them: discard all.`;
}
