import { fromKysely, PgBoss, type QueueOptions, type QueuePolicy } from 'pg-boss';

import { BASE_SETTINGS, connectionOptions } from './connection-options.ts';
import type { Tx } from './database.ts';

export interface JobOptions {
  /** Retries, expiry, retention, as pg-boss names them. */
  queue?: QueueOptions;
  /** `exclusive`: at most one of it (per key) waits or runs. Default `standard`. */
  policy?: QueuePolicy;
  /** Five fields, UTC: queues one with `{}` at those times, once however many processes there are. */
  cron?: string;
  /** How many this process runs at once. Default 1. */
  concurrency?: number;
}

/** A kind of work: its name is the queue's. Made by `defineJob`. */
export interface JobDefinition<Data extends object> {
  readonly name: string;
  readonly options: JobOptions;
  /** Rejects to be tried again. `signal` is aborted when the job's time is over or the process stops. */
  readonly run: (data: Data, signal: AbortSignal) => Promise<void>;
}

export function defineJob<Data extends object>(
  name: string,
  options: JobOptions,
  run: JobDefinition<Data>['run'],
): JobDefinition<Data> {
  return { name, options, run };
}

/** A job of any data; only its queue knows which. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- `run` takes its data: no other type holds them all
export type AnyJob = JobDefinition<any>;

export interface QueueSetup {
  /** Of the database's owner: pg-boss keeps its own schema, `pgboss`. */
  url: string;
  jobs: readonly AnyJob[];
  /** False: this process queues jobs, and others run them. */
  work: boolean;
  onError: (e: Error) => void;
}

export interface EnqueueOptions {
  /** Queued if and when this transaction commits. */
  tx?: Tx;
  /** Jobs of one key exclude each other, as the queue's policy says. */
  key?: string;
  startAfter?: Date;
}

export interface Queue {
  start(): Promise<void>;
  /** @returns the job's id, or null when the queue's policy has one already */
  enqueue<Data extends object>(job: JobDefinition<Data>, data: Data, o?: EnqueueOptions): Promise<string | null>;
  /** Waits up to 5 s for what runs; what is cut off is tried again. Can be called twice. */
  stop(): Promise<void>;
}

export function openQueue(o: QueueSetup): Queue {
  const boss = new PgBoss({
    // pg-boss adds its own fields to what it is given, so the object must be its alone.
    ...(connectionOptions(o.url, 'antics queue', { ...BASE_SETTINGS, lock_timeout: '30000' }) as object),
    schema: 'pgboss',
    max: 4,
    supervise: o.work,
    schedule: o.work,
  });
  // An 'error' that nobody hears ends the process, and a restarted database is one.
  boss.on('error', o.onError);
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  const start = async (): Promise<void> => {
    await boss.start();
    for (const job of o.jobs) await prepare(boss, job);
    await grantToWriter(boss);
    if (!o.work) return;
    for (const job of o.jobs) await work(boss, job);
  };

  const stop = async (): Promise<void> => {
    await starting?.catch(() => undefined); // told to who called start
    if (starting) await boss.stop({ graceful: true, timeout: 5_000, close: true });
  };

  return {
    start: () => (starting ??= start()),
    enqueue: (job, data, options = {}) =>
      boss.send(job.name, data, {
        ...(options.tx ? { db: fromKysely(options.tx) } : {}),
        ...(options.key !== undefined ? { singletonKey: options.key } : {}),
        ...(options.startAfter ? { startAfter: options.startAfter } : {}),
      }),
    stop: () => (stopping ??= stop()),
  };
}

async function prepare(boss: PgBoss, job: AnyJob): Promise<void> {
  const { policy = 'standard', queue = {}, cron } = job.options;
  await boss.createQueue(job.name, { ...queue, policy });
  if (Object.keys(queue).length > 0) await boss.updateQueue(job.name, queue); // made with other options before
  if (cron === undefined) await boss.unschedule(job.name);
  else await boss.schedule(job.name, cron, {}, { tz: 'UTC' });
}

async function work(boss: PgBoss, job: AnyJob): Promise<void> {
  const options = { localConcurrency: job.options.concurrency ?? 1, pollingIntervalSeconds: 1 };
  await boss.work<object>(job.name, options, async (jobs) => {
    for (const one of jobs) await job.run(one.data, one.signal);
  });
}

/**
 * Jobs are queued in the transaction of a command, which runs as antics_writer where that role exists. Under a lock:
 * of two processes that start at once and grant the same, PostgreSQL refuses one ("tuple concurrently updated").
 */
async function grantToWriter(boss: PgBoss): Promise<void> {
  await boss.getDb().executeSql(`do $$
  begin
    perform pg_advisory_xact_lock(4703919738795935671);
    if exists (select from pg_roles where rolname = 'antics_writer') then
      grant usage on schema pgboss to antics_writer;
      grant select, insert, update on all tables in schema pgboss to antics_writer;
      grant execute on all functions in schema pgboss to antics_writer;
    end if;
  end $$`);
}
