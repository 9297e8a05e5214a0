import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { sql } from 'kysely';

import { EMBEDDED_FOLDER } from '../src/cli/open-store.ts';
import { openDatabase, type Database } from '../src/platform/database.ts';
import { makeDataDir } from '../src/platform/data-dir.ts';
import { startEmbedded } from '../src/platform/embedded/embedded.ts';
import { childOf, freePort, hasEnded, startProgram, type Child } from './children.ts';
import { atEnd } from './lifetime.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const START_MS = 60_000;
const CATCH_UP_MS = 5 * 60_000;

export interface Postgres {
  readonly url: string;
  /** As owner, for the bench's own questions. */
  readonly database: Database;
  stop(): Promise<void>;
}

/** The embedded PostgreSQL below `folder`, with the settings that it has wherever Antics runs. */
export async function startPostgres(folder: string): Promise<Postgres> {
  await makeDataDir(folder);
  const server = await startEmbedded({ directory: join(folder, EMBEDDED_FOLDER), log: () => undefined });
  const database = openDatabase({
    url: server.url,
    max: 2,
    applicationName: 'antics bench',
    statementTimeoutMs: 0,
    onError: (e) => console.error(`bench: a connection was lost: ${e.message}`),
  });
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await database.close();
    await server.stop();
  };
  return { url: server.url, database, stop: atEnd(() => (stopping ??= stop())) };
}

export interface Server extends Child {
  readonly url: string;
  /** Of an admin. */
  readonly key: string;
}

/**
 * Starts the built server as its users do, in a process of its own, and waits until it is ready. It trusts the
 * X-Forwarded-For of this machine, so that the load is of many visitors. What it prints goes to `folder`/server.log.
 */
export async function startServer(o: { databaseUrl: string; folder: string }): Promise<Server> {
  await mkdir(o.folder, { recursive: true });
  const port = await freePort();
  const key = randomBytes(24).toString('base64url');
  const logFile = join(o.folder, 'server.log');
  const output = await open(logFile, 'w');
  const program = startProgram(
    ['--enable-source-maps', MAIN],
    {
      ...inheritedEnvironment(),
      DATABASE_URL: o.databaseUrl,
      ANTICS_DATA_DIR: o.folder,
      ANTICS_HOST: '127.0.0.1',
      ANTICS_PORT: String(port),
      ANTICS_ADMIN_KEY: key,
      ANTICS_TRUSTED_PROXIES: '127.0.0.1',
      ANTICS_RATE_LIMIT: 'off',
    },
    output.fd,
  );
  await output.close();
  const child = childOf(program);
  const url = `http://127.0.0.1:${port}`;
  const giveUp = Date.now() + START_MS;
  while (!(await isReady(url))) {
    if (hasEnded(program) || Date.now() > giveUp) {
      await child.stop();
      throw new Error(`the server does not start; it says:\n${(await readFile(logFile, 'utf8')).slice(-2000)}`);
    }
    await sleep(100);
  }
  return { ...child, url, key };
}

/** Without what somebody's own Antics is configured by. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => !/^(?:ANTICS_|DATABASE_URL$|SMTP_URL$|PG)/.test(name)));
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/health/ready`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // not listening yet
  }
}

/** Registers sites, as an operator does. Answers their ids. */
export async function registerSites(server: Server, domains: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const domain of domains) {
    const response = await fetch(`${server.url}/api/sites`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ domain }),
    });
    if (response.status !== 201) throw new Error(`site ${domain}: ${response.status} ${await response.text()}`);
    ids.push(((await response.json()) as { id: string }).id);
  }
  return ids;
}

export async function countHits({ db }: Database): Promise<number> {
  const { rows } = await sql<{ hits: number }>`select count(*)::float8 as hits from log_hits`.execute(db);
  return rows[0]?.hits ?? 0;
}

/** Waits until the figures have all that is in the log, so that the worker is at rest. */
export async function waitUntilFolded({ db }: Database): Promise<void> {
  const giveUp = Date.now() + CATCH_UP_MS;
  for (;;) {
    const { rows } = await sql<{ behind: number }>`
      select (log_head() - position)::float8 as behind from projections where state = 'serving'`.execute(db);
    if (rows[0]?.behind === 0) return;
    if (Date.now() > giveUp) throw new Error(`the worker stays ${rows[0]?.behind ?? 'all'} positions behind`);
    await sleep(100);
  }
}
