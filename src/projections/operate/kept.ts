import type { Db, Tx } from '../../platform/database.ts';
import '../engine/projections.tables.ts';
import { WHOLE } from './projection-names.ts';

/** A generation of `all` or of a view, as an operator finds it. */
export interface Kept {
  readonly generation: number;
  readonly state: 'building' | 'ready' | 'serving' | 'previous';
  /** Whose checkpoint it has. */
  readonly facts: number;
  /** Whether those facts serve. A view upon others comes and goes with them. */
  readonly onServing: boolean;
}

/** All generations of that name, those on their way first. A view that was built together with facts is theirs. */
export async function readKept(tx: Db | Tx, name: string): Promise<Kept[]> {
  const facts = await tx.selectFrom('projections').select(['generation', 'state']).orderBy('generation').execute();
  if (name === WHOLE) return facts.map((row) => ({ ...row, facts: row.generation, onServing: row.state === 'serving' }));
  const serving = facts.find(({ state }) => state === 'serving')?.generation;
  const views = await tx
    .selectFrom('projection_views')
    .select(['generation', 'state', 'facts'])
    .where('view', '=', name)
    .orderBy('generation')
    .execute();
  return views.map((row) => ({ ...row, onServing: row.facts === serving }));
}
