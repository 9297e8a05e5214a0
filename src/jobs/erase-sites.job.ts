import { ERASE_SITES, type EnqueueErasure } from '../commands/erasure-queue.ts';
import { defineJob, type AnyJob, type Queue } from '../platform/queue.ts';
import { eraseSites, type EraseSitesOptions } from './erase-sites.ts';

export interface EraseSitesJobOptions extends EraseSitesOptions {
  /** The queue that runs it: it is opened with it. */
  readonly queue: () => Queue;
}

/**
 * Queued by the command that deletes a site, and by the clock, should that have been lost. `short`: one waits, and a
 * killed worker's, which nobody takes back for an hour, keeps no other from going on. Its data is empty: what is to be
 * erased stands in the log, and nothing of it in the queue.
 */
export function eraseSitesJob(o: EraseSitesJobOptions): AnyJob {
  const job = defineJob<object>(
    ERASE_SITES,
    { cron: '* * * * *', policy: 'short', queue: { expireInSeconds: 3_600, deleteAfterSeconds: 3_600 } },
    async (_, signal) => {
      const again = await eraseSites(o, signal);
      if (again !== null) await o.queue().enqueue(job, {}, { key: 'rested', startAfter: again });
    },
  );
  return job;
}

/** What the command that deletes a site calls. */
export function erasureIn(queue: () => Queue): EnqueueErasure {
  const job = defineJob<object>(ERASE_SITES, {}, () => Promise.reject(new Error('only its name is asked for')));
  return async (tx) => {
    await queue().enqueue(job, {}, { tx });
  };
}
