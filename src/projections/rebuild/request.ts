import type { Actor } from '../../domain/actor.ts';
import type { Tx } from '../../platform/database.ts';
import { Conflict } from '../../platform/errors.ts';
import { lockGenerations } from '../engine/generation.ts';
import './rebuild.tables.ts';

/** Another rebuild has to end first. */
export class RebuildInTheWay extends Conflict {}

export interface RequestOptions {
  /** `all`, or a view's. */
  name: string;
  /** Build this site alone, by the key of its hits, and take over the others as they are. */
  siteId?: number;
  actor: Actor;
}

export interface RequestedRebuild {
  readonly rebuildId: number;
  readonly name: string;
  /** It was on its way, or interrupted: what is there of it is gone on with. */
  readonly joined: boolean;
}

/**
 * Enters a rebuild, for whoever works on rebuilds, or joins the one of that name that has not ended. What it builds is
 * made by the first who works on it, so that this is all that a command has to do: any role that may write will do.
 * @throws RebuildInTheWay
 */
export async function requestRebuild(tx: Tx, { name, siteId, actor }: RequestOptions): Promise<RequestedRebuild> {
  await lockGenerations(tx);
  const running = await tx
    .selectFrom('projection_rebuilds')
    .select(['rebuild_id', 'name', 'site_id'])
    .where('state', '=', 'running')
    .orderBy('rebuild_id')
    .execute();
  const same = running.find((row) => row.name === name);
  if (same !== undefined) {
    if (same.site_id === (siteId ?? null)) return { rebuildId: same.rebuild_id, name, joined: true };
    throw new RebuildInTheWay(
      `A rebuild of ${name} is under way that is ${same.site_id === null ? 'not of one site alone' : 'of one site alone'}: ` +
        `let it end (\`antics projections list\` shows it), or discard it with \`antics projections discard ${name}\`.`,
    );
  }
  // Views stand upon the facts that serve, and go with them.
  const other = running.find((row) => row.name === 'all' || name === 'all');
  if (other !== undefined) {
    throw new RebuildInTheWay(
      `A rebuild of ${other.name} is under way, and ${name} cannot be rebuilt beside it: let it end ` +
        `(\`antics projections list\` shows it), or discard it with \`antics projections discard ${other.name}\`.`,
    );
  }
  const { rebuild_id } = await tx
    .insertInto('projection_rebuilds')
    .values({
      ...{ name, site_id: siteId ?? null, actor: actor.name, actor_kind: actor.kind },
      ...{ generation: null, facts: null, target: null, comparison: null, differences: null, error: null },
      ...{ started_at: null, built_at: null, ended_at: null, verified_by: null, verified_until: null },
    })
    .returning('rebuild_id')
    .executeTakeFirstOrThrow();
  return { rebuildId: rebuild_id, name, joined: false };
}
