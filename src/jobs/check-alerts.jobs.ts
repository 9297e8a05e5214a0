import type { Db, Tx } from '../platform/database.ts';
import { defineJob, type AnyJob, type Queue } from '../platform/queue.ts';
import { checkAlerts, type CheckAlertsOptions } from './check-alerts.ts';
import { sendAlertMail, type SendAlertMailOptions } from './send-alert-mail.ts';

export interface AlertJobsOptions extends Omit<CheckAlertsOptions, 'owe'>, SendAlertMailOptions {
  readonly reader: Db;
  /** The queue that runs these jobs: it is opened with them. */
  readonly queue: () => Queue;
}

/**
 * The checks, one at a time over all processes, and the mails. A mail is tried again after some seconds, then ever less
 * often, up to once an hour for about a day. A killed worker's job is taken up again when its time is over.
 */
export function alertJobs(o: AlertJobsOptions): AnyJob[] {
  const retries = { retryLimit: 32, retryDelay: 8, retryBackoff: true, retryDelayMax: 3_600 };
  const send = defineJob<{ id: string }>(
    'send-alert-mail',
    { policy: 'exclusive', concurrency: 2, queue: { ...retries, expireInSeconds: 60, deleteAfterSeconds: 3_600 } },
    ({ id }, signal) => sendAlertMail(o, id, signal),
  );
  const owe = async (id: string, tx?: Tx): Promise<void> => {
    if (o.mailer === undefined) return; // there is nobody to send it: the next check with a mail server queues it
    await o.queue().enqueue(send, { id }, { key: id, ...(tx && { tx }) });
  };
  const check = defineJob<object>(
    'check-alerts',
    { cron: '*/5 * * * *', policy: 'exclusive', queue: { retryLimit: 0, expireInSeconds: 240 } },
    (_, signal) => checkAlerts({ ...o, owe }, signal),
  );
  return [check, send];
}
