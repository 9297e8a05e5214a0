import { totalmem } from 'node:os';

/** PostgreSQL settings by name, as they stand after `-c`. */
export type PostgresSettings = Readonly<Record<string, string>>;

const MB = 2 ** 20;
const GB = 2 ** 30;

/** Bytes this process may use: the machine's memory, or the container's share where that is less. */
export function usableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/**
 * Settings for a server that shares the machine with us: many small durable commits, upserts into narrow tables, and
 * now and then a sort. Nothing here trades a promised row for speed: a hit that was answered survives a power cut.
 *
 * @param memoryBytes the machine's or container's memory
 * @param cores logical processors
 */
export function postgresSettings(memoryBytes: number, cores: number): PostgresSettings {
  const shared = clamp(memoryBytes / 4, 64 * MB, 8 * GB);
  return {
    // Memory. Half of it is assumed to be page cache; the rest is ours and the machine's.
    shared_buffers: megabytes(shared),
    effective_cache_size: megabytes(memoryBytes / 2),
    work_mem: megabytes(clamp(memoryBytes / 256, 4 * MB, 64 * MB)),
    maintenance_work_mem: megabytes(clamp(memoryBytes / 16, 32 * MB, GB)),
    huge_pages: memoryBytes >= 8 * GB ? 'try' : 'off',

    // Durability.
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',

    // The write-ahead log. No replica reads it, so `minimal` would do, but a later base backup would not; `replica`
    // costs little. pglz, because this build has neither lz4 nor zstd and does not start when asked for them.
    wal_level: 'replica',
    max_wal_senders: '0',
    wal_compression: 'pglz',
    wal_buffers: '16MB',
    min_wal_size: megabytes(clamp(memoryBytes / 32, 80 * MB, GB)),
    max_wal_size: megabytes(clamp(memoryBytes / 4, 512 * MB, 4 * GB)),

    // Each checkpoint writes every touched page whole into the log once more: few and slow ones.
    checkpoint_timeout: '15min',
    checkpoint_completion_target: '0.9',

    // Our statements are short: compiling them or starting workers for them costs more than running them.
    jit: 'off',
    max_parallel_workers_per_gather: String(clamp(Math.floor(cores / 2), 0, 2)),
    max_worker_processes: String(clamp(cores, 2, 8)),
    random_page_cost: '1.1',
    max_connections: '50',

    // Appended tables need their visibility map for index-only scans, upserted ones their dead rows gone before the
    // table grows; the defaults wait for a fifth of a table that by then has millions of rows.
    autovacuum_vacuum_scale_factor: '0.05',
    autovacuum_vacuum_insert_scale_factor: '0.05',
    autovacuum_analyze_scale_factor: '0.02',
    autovacuum_naptime: '20s',
    autovacuum_vacuum_cost_limit: '1000',
    autovacuum_max_workers: '2',

    // Failed statements are told by the application, and would put visitors' data into a text file here.
    log_min_messages: 'log',
    log_checkpoints: 'off',
    log_timezone: 'UTC',
    timezone: 'UTC',
  };
}

/** A small server for tests: as durable, but light enough that several can stand side by side. */
export function smallSettings(): PostgresSettings {
  return {
    ...postgresSettings(256 * MB, 2),
    max_connections: '100',
    max_wal_size: '256MB',
    wal_buffers: '4MB',
  };
}

/** As arguments of `postgres`. */
export function settingFlags(settings: PostgresSettings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / MB)}MB`;
}
