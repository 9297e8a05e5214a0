import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

import { BASE_SETTINGS, connectionOptions, type SessionSettings } from './connection-options.ts';

/**
 * Every table of the database, by name. Each room declares its own, beside the SQL that makes them:
 * ```ts
 * declare module '../platform/database.ts' {
 *   interface Tables { sites: SitesTable }
 * }
 * ```
 * The path is relative to the declaring file, with `.ts`, and the file must import or export something.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by declaration merging
export interface Tables {}

export type Db = Kysely<Tables>;
/** The handle inside a transaction. Named apart from `Db` because it says what the caller has to have opened. */
export type Tx = Kysely<Tables>;
/** A connection of its own, for what Kysely does not do: prepared statements by name, COPY, session locks. */
export type Connection = pg.PoolClient;

/** `owner` is the user of the URL; the others are entered by SET ROLE and may only do what the migrations granted. */
export type DatabaseRole = 'owner' | 'writer' | 'reader';

export interface DatabaseOptions {
  url: string;
  /** Default `owner`. Opened before the first migration, `writer` and `reader` are the owner too: migrate first. */
  role?: DatabaseRole;
  /** Connections at most. */
  max: number;
  /** Shown in pg_stat_activity, such as `antics writer`. */
  applicationName: string;
  /** Default 30,000. 0 = none. */
  statementTimeoutMs?: number;
  /** Default 5,000. 0 = none. */
  lockTimeoutMs?: number;
  /** Default 2,000: a stopped process must not keep a lock, such as a projection's checkpoint row, for ever. */
  idleInTransactionTimeoutMs?: number;
  /** Further server settings, such as `plan_cache_mode`. */
  settings?: SessionSettings;
  /** A connection was lost. Statements that run on it reject besides; the pool replaces it. */
  onError: (e: Error) => void;
}

export interface Database {
  readonly db: Db;
  /** Runs `run` on one connection. When it rejects, the connection is closed, since its state is unknown. */
  withConnection<T>(run: (connection: Connection) => Promise<T>): Promise<T>;
  /** Connections in use and at rest, and requests that wait for one. */
  counts(): { total: number; idle: number; waiting: number };
  /** Waits for what runs, then closes all connections. Can be called twice. */
  close(): Promise<void>;
}

/** Opens a pool. Nothing connects before the first statement. */
export function openDatabase(o: DatabaseOptions): Database {
  const onError = once(o.onError);
  let pool: pg.Pool | undefined;
  let opening: Promise<pg.Pool> | undefined;
  let closing: Promise<void> | undefined;

  const getPool = (): Promise<pg.Pool> => {
    if (closing) return Promise.reject(new Error('the database is closed'));
    opening ??= openPool(o, onError).then(
      (opened) => (pool = opened),
      (e: unknown) => {
        opening = undefined; // the next statement tries again
        throw e;
      },
    );
    return opening;
  };

  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: getPool }) });

  const close = async (): Promise<void> => {
    await opening?.catch(() => undefined);
    await db.destroy();
    if (pool && !pool.ended && !pool.ending) await pool.end();
  };

  return {
    db,
    async withConnection(run) {
      const client = await (await getPool()).connect();
      let failed = true;
      try {
        const result = await run(client);
        failed = false;
        return result;
      } finally {
        client.release(failed);
      }
    },
    counts: () => ({
      total: pool?.totalCount ?? 0,
      idle: pool?.idleCount ?? 0,
      waiting: pool?.waitingCount ?? 0,
    }),
    close: () => (closing ??= close()),
  };
}

async function openPool(o: DatabaseOptions, onError: (e: Error) => void): Promise<pg.Pool> {
  const settings: Record<string, string> = {
    ...BASE_SETTINGS,
    statement_timeout: String(o.statementTimeoutMs ?? 30_000),
    lock_timeout: String(o.lockTimeoutMs ?? 5_000),
    idle_in_transaction_session_timeout: String(o.idleInTransactionTimeoutMs ?? 2_000),
    ...o.settings,
  };
  const role = await usableRole(o);
  if (role) settings['role'] = role;

  const pool = new pg.Pool({
    ...connectionOptions(o.url, o.applicationName, settings),
    max: o.max,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
  });
  // Both are needed. The pool's event tells of connections at rest, the client's of those in use: a server that is
  // killed while one is out would otherwise end the process with an unhandled 'error'.
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}

/**
 * The PostgreSQL role to enter, or undefined for "stay the owner": where the database's user may not create roles
 * there are none, and the triggers alone keep the log append-only.
 */
async function usableRole(o: DatabaseOptions): Promise<string | undefined> {
  if (o.role === undefined || o.role === 'owner') return undefined;
  const name = `antics_${o.role}`;
  const client = new pg.Client({
    ...connectionOptions(o.url, o.applicationName, BASE_SETTINGS),
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined); // a statement that runs rejects besides
  try {
    await client.connect();
    // Before PostgreSQL 16 a member may SET ROLE; since then the membership says whether.
    const { rows } = await client.query(
      `select from pg_roles where rolname = $1 and pg_has_role(session_user, oid,
        case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)`,
      [name],
    );
    return rows.length > 0 ? name : undefined;
  } finally {
    await client.end();
  }
}

/** A lost connection at rest is told by client and pool both: report the error object once. */
function once(report: (e: Error) => void): (e: Error) => void {
  const seen = new WeakSet<Error>();
  return (e) => {
    if (seen.has(e)) return;
    seen.add(e);
    report(e);
  };
}
