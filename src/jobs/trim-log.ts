import { trimLog } from '../log/retention.ts';
import type { Db } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import { defineJob, type AnyJob } from '../platform/queue.ts';

export interface TrimLogOptions {
  readonly owner: Db;
  /** Undefined: hits stay for ever. */
  readonly logRetentionDays?: number | undefined;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** Nightly: drops what the log has of hits that are older than the operator wants to keep. */
export function trimLogJob(o: TrimLogOptions): AnyJob {
  return defineJob('trim-log', { cron: '13 3 * * *', policy: 'exclusive', queue: { expireInSeconds: 3_600 } }, () =>
    trimByAge(o),
  );
}

export async function trimByAge({ owner, logRetentionDays: days, log }: TrimLogOptions): Promise<void> {
  if (days === undefined) return;
  const { trimmed, kept } = await trimLog({ db: owner, days });
  for (const { before, hits } of trimmed) {
    log.info({ before: before.toString(), hits: hits.toString() }, 'hits of the log are gone by retention');
  }
  if (kept !== null) log.warn(`hits that are older than ${days} days are still in the log: ${kept}`);
}
