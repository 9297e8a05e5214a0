import type { Db } from '../platform/database.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { newestViews, type Catalog } from '../projections/catalog.ts';
import { sweepDropped } from '../projections/engine/drop.ts';
import { RebuildInTheWay, requestRebuild } from '../projections/rebuild/request.ts';
import { workOnRebuild } from '../projections/rebuild/work.ts';

export interface RebuildProjectionsOptions {
  readonly owner: Db;
  /** Of the owner: whoever builds has connections of its own. */
  readonly url: string;
  readonly catalog: Catalog;
  /** The operator's own spam referrers. */
  readonly spamHosts: readonly string[];
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Works on every rebuild that has not ended, the oldest first, beside whoever else does. A view that this code has and
 * the database has not is built without being asked for. Cut off anywhere, it is gone on with. Tables that nothing
 * names any more, and that somebody still read when they were to be dropped, are dropped first.
 */
export async function rebuildProjections(o: RebuildProjectionsOptions, signal: AbortSignal): Promise<void> {
  await requestMissing(o);
  await sweepDropped(o.owner, o.catalog);
  const failed = new Set<number>();
  for (;;) {
    const next = (await readRunning(o.owner)).find(({ rebuild_id }) => !failed.has(rebuild_id));
    if (next === undefined || signal.aborted) return;
    const about = { rebuild: next.rebuild_id, projection: next.name };
    try {
      const onMessage = (message: string): void => o.log.warn(about, message);
      const { state, generation, seconds, error, differences } = await workOnRebuild(next.rebuild_id, { ...o, signal, onMessage });
      if (state === 'running') return; // the process stops
      const told = { ...about, state, generation, seconds, differences, ...(error === null ? {} : { error }) };
      o.log[state === 'switched' ? 'info' : 'warn'](told, 'a rebuild has ended');
    } catch (e) {
      // Another version of Antics began it, or the database is away: the others need not wait for that.
      failed.add(next.rebuild_id);
      o.log.warn(about, messageOf(e));
    }
  }
}

async function readRunning(db: Db): Promise<{ rebuild_id: number; name: string }[]> {
  return await db
    .selectFrom('projection_rebuilds')
    .select(['rebuild_id', 'name'])
    .where('state', '=', 'running')
    .orderBy('rebuild_id')
    .execute();
}

/** A view that is new in this code. Its reads answer 503 until it is built. */
async function requestMissing({ owner, catalog, log }: RebuildProjectionsOptions): Promise<void> {
  const serving = await owner.selectFrom('projection_views').select('view').where('state', '=', 'serving').execute();
  const missing = newestViews(catalog).filter(({ name }) => serving.every(({ view }) => view !== name));
  for (const { name } of missing) {
    try {
      const actor = { kind: 'system', name: 'system' } as const;
      const { joined } = await owner.transaction().execute((tx) => requestRebuild(tx, { name, actor }));
      if (!joined) log.info({ projection: name }, 'a view that is new is built');
    } catch (e) {
      if (!(e instanceof RebuildInTheWay)) throw e; // that one brings it along, or it is asked for again
      log.info({ projection: name }, e.message);
    }
  }
}
