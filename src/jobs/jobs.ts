import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { forgetResults } from '../commands/run-command.ts';
import { appendEvent } from '../log/append-event.ts';
import { openEpoch } from '../log/epoch.ts';
import { ensureHitPartitions } from '../log/partitions.ts';
import { destroySalts } from '../log/salts.ts';
import { forgetSessions } from '../models/sessions/session.read.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import { defineJob, type AnyJob } from '../platform/queue.ts';
import { pruneLive } from '../projections/views/live/v1/live.prune.ts';
import { alertJobs, type AlertJobsOptions } from './check-alerts.jobs.ts';
import { checkProjectionsJob } from './check-projections.job.ts';
import { eraseSitesJob } from './erase-sites.job.ts';
import { rebuildProjectionsJob, type RebuildProjectionsJobOptions } from './rebuild-projections.job.ts';
import { trimLogJob } from './trim-log.ts';

export interface JobsOptions extends AlertJobsOptions {
  /** Of the role `writer`. */
  writer: Db;
  /** Tables of projections belong to the owner. */
  owner: Db;
  clock: Clock;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** What rebuilds take beside the above. */
  rebuilds: RebuildProjectionsJobOptions;
  /** See `trimLogJob`. */
  logRetentionDays?: number | undefined;
}

/** Positions of a hundred salts make an event of some kilobytes; more than this go into another one. */
const SALTS_AN_EVENT = 1_000;

/** What runs by the clock. Each can be repeated, and cut off anywhere. */
export function jobsOf(o: JobsOptions): AnyJob[] {
  return [
    defineJob('destroy-salts', { cron: '7 * * * *', policy: 'exclusive' }, () => destroyExpiredSalts(o)),
    defineJob('ensure-partitions', { cron: '*/5 * * * *', policy: 'exclusive' }, async () => {
      const made = await ensureHitPartitions(o.writer);
      if (made > 0) o.log.info({ made }, 'partitions of the log were made ahead');
    }),
    // Another server may answer behind the same address: a standby that was promoted, or a restore.
    defineJob('open-epoch', { cron: '* * * * *', policy: 'exclusive' }, async () => {
      if (await o.owner.transaction().execute(openEpoch)) o.log.info('another server or timeline: a new epoch of the log');
    }),
    defineJob('forget-batches', { cron: '23 * * * *', policy: 'exclusive' }, () => forgetBatches(o.writer)),
    defineJob('forget-results', { cron: '29 * * * *', policy: 'exclusive' }, async () => {
      await forgetResults(o.writer);
    }),
    ...alertJobs(o),
    eraseSitesJob(o),
    rebuildProjectionsJob({ ...o.rebuilds, owner: o.owner, log: o.log }),
    trimLogJob(o),
    checkProjectionsJob(o),
    defineJob('forget-sessions', { cron: '41 * * * *', policy: 'exclusive' }, () =>
      forgetSessions(o.writer, new Date(o.clock())),
    ),
    defineJob('prune-live', { cron: '*/15 * * * *', policy: 'exclusive' }, () => pruneLive(o.owner)),
  ];
}

/**
 * From then on nobody, we included, can link these days' visitors to an address. The log says so, in the same
 * transaction.
 */
export async function destroyExpiredSalts(o: Pick<JobsOptions, 'writer' | 'clock'>): Promise<void> {
  await o.writer.transaction().execute(async (tx) => {
    const gone = await destroySalts(tx, new Date(o.clock()));
    for (let start = 0; start < gone.length; start += SALTS_AN_EVENT) {
      const salts = gone.slice(start, start + SALTS_AN_EVENT).map(({ siteId, day }) => ({ site_id: siteId, day }));
      await appendEvent(tx, {
        stream: 'log',
        expectedVersion: null,
        type: 'SaltsDestroyed',
        schemaVersion: 1,
        actor: 'system',
        commandId: randomUUID(),
        data: { salts },
      });
    }
  });
}

/** A batch's outcome is asked for within seconds. An hour is kept, for a process that was stopped meanwhile. */
export async function forgetBatches(db: Db): Promise<void> {
  await sql`delete from log_batches where recorded_at < now() - interval '1 hour'`.execute(db);
}
