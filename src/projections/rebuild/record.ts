import { sql } from 'kysely';
import type { ActorKind } from '../../domain/actor.ts';
import type { Db, Tx } from '../../platform/database.ts';
import type { OperatorContext } from '../engine/switch.ts';
import type { Phase, RebuildState } from './rebuild.tables.ts';

/** A rebuild as it is now. */
export interface RebuildRecord {
  readonly rebuildId: number;
  readonly name: string;
  readonly siteId: number | null;
  readonly state: RebuildState;
  readonly phase: Phase;
  readonly generation: number | null;
  readonly facts: number | null;
  readonly target: bigint | null;
  readonly by: OperatorContext;
}

/** @param lock `share`: it does not end, or go on to another phase, while the transaction lasts. */
export async function readRecord(tx: Tx, rebuildId: number, lock?: 'share' | 'update'): Promise<RebuildRecord> {
  const row = await tx
    .selectFrom('projection_rebuilds')
    .select(['rebuild_id', 'name', 'site_id', 'state', 'phase', 'generation', 'facts', 'target', 'actor', 'actor_kind'])
    .where('rebuild_id', '=', rebuildId)
    .$if(lock === 'share', (query) => query.forShare())
    .$if(lock === 'update', (query) => query.forUpdate())
    .executeTakeFirstOrThrow();
  return {
    rebuildId: row.rebuild_id,
    name: row.name,
    siteId: row.site_id,
    state: row.state,
    phase: row.phase,
    generation: row.generation,
    facts: row.facts,
    target: row.target === null ? null : BigInt(row.target),
    by: { actor: { name: row.actor, kind: row.actor_kind as ActorKind } },
  };
}

export interface Ending {
  state: Exclude<RebuildState, 'running'>;
  error?: string;
  /** As it was compared with what serves. */
  comparison?: { readonly differences: number };
}

/** Ends a rebuild that has not ended. */
export async function endRebuild(tx: Db | Tx, rebuildId: number, { state, error, comparison }: Ending): Promise<void> {
  await tx
    .updateTable('projection_rebuilds')
    .set({
      ...{ state, phase: 'end', error: error ?? null, ended_at: sql<Date>`clock_timestamp()`, verified_until: null },
      ...(comparison === undefined
        ? {}
        : { differences: comparison.differences, comparison: JSON.stringify(comparison) }),
    })
    .where('rebuild_id', '=', rebuildId)
    .where('state', '=', 'running')
    .execute();
}
