import type { EnqueueRebuilds } from '../commands/rebuild-queue.ts';
import { defineJob, type AnyJob, type Queue } from '../platform/queue.ts';
import { rebuildProjections, type RebuildProjectionsOptions } from './rebuild-projections.ts';

const REBUILD_PROJECTION = 'rebuild-projection';

export type RebuildProjectionsJobOptions = Pick<RebuildProjectionsOptions, 'url' | 'catalog' | 'spamHosts'>;

/**
 * Queued by the command that asks for a rebuild, at the start of a worker, and by the clock, should those have been
 * lost. `short`: one waits, and a killed worker's, which nobody takes back for an hour, keeps no other from going on.
 * What there is to build stands in the database, and nothing of it in the queue.
 */
export function rebuildProjectionsJob(o: RebuildProjectionsOptions): AnyJob {
  return defineJob<object>(
    REBUILD_PROJECTION,
    { cron: '* * * * *', policy: 'short', queue: { expireInSeconds: 3_600, deleteAfterSeconds: 3_600 } },
    (_, signal) => rebuildProjections(o, signal),
  );
}

/** What the command that asks for a rebuild calls, and a worker at its start. */
export function rebuildsIn(queue: () => Queue): EnqueueRebuilds {
  const job = defineJob<object>(REBUILD_PROJECTION, {}, () => Promise.reject(new Error('only its name is asked for')));
  return async (tx) => {
    await queue().enqueue(job, {}, tx === undefined ? {} : { tx });
  };
}
