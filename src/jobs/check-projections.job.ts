import { defineJob, type AnyJob } from '../platform/queue.ts';
import { checkProjections, type CheckProjectionsOptions } from './check-projections.ts';

/** Once a night, when there is little to do, over all processes. One that was cut off draws another sample. */
export function checkProjectionsJob(o: CheckProjectionsOptions): AnyJob {
  return defineJob<object>(
    'check-projections',
    { cron: '37 3 * * *', policy: 'exclusive', queue: { expireInSeconds: 4 * 3_600, retryLimit: 2 } },
    (_, signal) => checkProjections(o, signal),
  );
}
