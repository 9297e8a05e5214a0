import type { Db } from '../../platform/database.ts';
import { catchUp } from '../engine/catch-up.ts';
import { switchGeneration, type SwitchOptions } from '../engine/switch.ts';
import type { Kept } from './kept.ts';
import type { Operator } from './operator.ts';

/** Plain JSON. */
export interface SwitchedProjection {
  readonly name: string;
  /** What serves now. */
  readonly generation: number;
  /** What served before and is kept for a rollback; null: nothing did. */
  readonly previous: number | null;
  /** Generations that had been kept until now, and are gone. */
  readonly dropped: readonly number[];
  readonly reason: string | null;
  /** Rows that differed when it was verified; null: it was not. */
  readonly differences: number | null;
}

/**
 * Folds a generation up to the head, beside workers or without, and switches to it at the moment when it is not behind.
 * Hits that come in meanwhile are folded in the next round, each shorter than the one before.
 */
export async function switchTo(
  { database, catalog }: Pick<Operator, 'database' | 'catalog'>,
  kept: Kept,
  o: Omit<SwitchOptions, 'catalog' | 'generation'>,
): Promise<SwitchedProjection> {
  const { name, reason, differences } = o;
  return await database.db.connection().execute(async (db: Db) => {
    for (;;) {
      if (!kept.onServing) await catchUp(db, catalog, kept.facts);
      const switched = await switchGeneration(db, { ...o, catalog, generation: kept.generation });
      if (switched === null) continue;
      const dropped = switched.dropped.map(({ generation }) => generation);
      return { name, generation: kept.generation, previous: switched.previous, dropped, reason, differences };
    }
  });
}
