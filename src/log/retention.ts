import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type ColumnType } from 'kysely';
import type { Db, Tx } from '../platform/database.ts';
import { appendEvent } from './append-event.ts';
import './log.tables.ts';
import { HITS_PER_PARTITION } from './partitions.ts';

export interface LogFrozenTable {
  site_id: number;
  /** The last local day that is no more wholly in the log. */
  day: ColumnType<string, never, never>;
}

declare module '../platform/database.ts' {
  interface Tables {
    log_frozen: LogFrozenTable;
  }
}

export interface TrimOptions {
  /** Of the owner. */
  readonly db: Db;
  /** Hits that were recorded within so many days stay. */
  readonly days: number;
  /** Between two attempts to get the lock. Default half a second to two. */
  readonly pauseMs?: () => number;
  /** Default 60. */
  readonly attempts?: number;
}

export interface Trimmed {
  /** Hits at positions before it are gone. */
  readonly before: bigint;
  readonly hits: bigint;
}

export interface Trimming {
  readonly trimmed: readonly Trimmed[];
  /** Why the next partition stays although it is old enough, in words; null: it is not. */
  readonly kept: string | null;
}

/** Whoever reads the log has its table for moments; appends wait behind us, so that we give up soon and come again. */
const PATIENCE = sql.lit('250ms');
const NOT_NOW = new Set(['55P03', '40P01']); // lock_timeout, deadlock

/**
 * Drops the partitions of `log_hits` whose newest row is older than so many days, the oldest first, each in one
 * transaction with `LogTrimmed` and with the days that are frozen from then on. Cut off anywhere, a partition is there
 * or is gone with everything that says so.
 */
export async function trimLog(o: TrimOptions): Promise<Trimming> {
  const trimmed: Trimmed[] = [];
  for (;;) {
    const partition = await oldestPartition(o.db);
    if (partition === undefined) return { trimmed, kept: null };
    const before = BigInt(partition + 1) * BigInt(HITS_PER_PARTITION);
    if (!(await isOld(o.db, before, o.days))) return { trimmed, kept: null };
    const why = await whyKept(o.db, before);
    if (why !== null) return { trimmed, kept: why };
    const contents = await readContents(o.db, partition);
    if (!(await dropInTime(o, { partition, before, ...contents }))) {
      return { trimmed, kept: 'others read it all the time: its lock could not be had' };
    }
    trimmed.push({ before, hits: contents.hits });
  }
}

/** Hits at this position and after it are in the log. 1: all that ever were. */
export async function readReplayableSince(tx: Tx): Promise<number> {
  const { rows } = await sql<{ since: number }>`select log_replayable_since()::float8 as since`.execute(tx);
  return rows[0]?.since ?? 1;
}

async function oldestPartition(db: Db): Promise<number | undefined> {
  const { rows } = await sql<{ oldest: number | null }>`
    select min(substring(c.relname from '^log_hits_([0-9]+)$')::int) as oldest
    from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'antics.log_hits'::regclass`.execute(db);
  return rows[0]?.oldest ?? undefined;
}

/** Times never decrease with the position, so that the last row before it is the newest; and the head is beyond it. */
async function isOld(db: Db, before: bigint, days: number): Promise<boolean> {
  const { rows } = await sql<{ old: boolean | null }>`
    select log_head() >= ${sql.lit(before)} and greatest(
        (select recorded_at from log_hits where position < ${sql.lit(before)} order by position desc limit 1),
        (select recorded_at from log_events where position < ${sql.lit(before)} order by position desc limit 1))
      < clock_timestamp() - make_interval(days => ${days}) as old`.execute(db);
  return rows[0]?.old === true;
}

async function whyKept(tx: Tx, before: bigint): Promise<string | null> {
  const { rows } = await sql<{ why: string | null }>`select why_keep_hits(${sql.lit(before)}) as why`.execute(tx);
  return rows[0]?.why ?? null;
}

interface Contents {
  readonly hits: bigint;
  readonly sites: readonly number[];
  /** The last day of each. */
  readonly days: readonly string[];
}

/** Some seconds of reading, before any lock is taken: behind the head nothing comes any more. */
async function readContents(db: Db, partition: number): Promise<Contents> {
  const name = sql.table(`antics.log_hits_${String(partition).padStart(5, '0')}`);
  return await db.transaction().execute(async (tx) => {
    await sql`set local statement_timeout = 0`.execute(tx);
    const { rows } = await sql<{ site_id: number; day: string; hits: string }>`
      select site_id, max(day) as day, count(*) as hits from ${name} group by 1 order by 1`.execute(tx);
    const sites = rows.filter((row) => row.site_id > 0);
    return {
      hits: rows.reduce((sum, row) => sum + BigInt(row.hits), 0n),
      sites: sites.map((row) => row.site_id),
      days: sites.map((row) => row.day),
    };
  });
}

async function dropInTime(o: TrimOptions, d: Contents & { partition: number; before: bigint }): Promise<boolean> {
  const pauseMs = o.pauseMs ?? (() => 500 + Math.random() * 1_500);
  for (let attempt = 0; attempt < (o.attempts ?? 60); attempt++) {
    try {
      await o.db.transaction().execute((tx) => drop(tx, d));
      return true;
    } catch (e) {
      if (!(e instanceof Error && 'code' in e && NOT_NOW.has(String(e.code)))) throw e;
      await sleep(pauseMs());
    }
  }
  return false;
}

/** Of whoever makes, switches or drops generations: it comes before the log's lock there, too. */
const GENERATIONS_LOCK = sql.lit('4703919738795935663');

/** The log's lock before the table's, in the order in which whoever appends has them. */
async function drop(tx: Tx, d: Contents & { partition: number; before: bigint }): Promise<void> {
  await sql`set local lock_timeout = ${PATIENCE}`.execute(tx);
  await sql`select pg_advisory_xact_lock(${GENERATIONS_LOCK}::bigint)`.execute(tx);
  await appendEvent(tx, {
    stream: 'log',
    expectedVersion: null,
    type: 'LogTrimmed',
    schemaVersion: 1,
    actor: 'system',
    commandId: randomUUID(),
    data: { before: d.before.toString(), hits: d.hits.toString() },
  });
  await sql`select drop_hit_partition(${d.partition}::bigint, ${[...d.sites]}::int[], ${[...d.days]}::date[])`.execute(tx);
}
