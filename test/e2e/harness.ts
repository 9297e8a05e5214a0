import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppModule } from '../../src/app.module.ts';
import { readConfig } from '../../src/platform/config.ts';
import { openDatabase, type Database } from '../../src/platform/database.ts';
import { createLogger, type Logger } from '../../src/platform/logger.ts';
import { startServer, type Server } from '../../src/server.ts';
import { createTestDatabase } from '../setup/test-database.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of the parsed text; null where it is no JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test says what it expects in there
  readonly json: any;
}

export interface Ask {
  method?: string;
  /** Default: the admin's. null: none. */
  key?: string | null;
  headers?: Record<string, string>;
  /** Sent as JSON unless it is text. */
  body?: unknown;
}

export interface TestServer {
  readonly server: Server;
  readonly adminKey: string;
  readonly url: string;
  /** As the database's owner. */
  readonly database: Database;
  ask(path: string, ask?: Ask): Promise<Answer>;
  /** A site with a domain of its own unless one is given. */
  createSite(site?: Record<string, unknown>): Promise<{ id: string; domain: string }>;
  stop(): Promise<void>;
}

/**
 * The whole application in this process, on a free port, with a database of its own.
 * @param log default: of the level in the environment, which is silent
 */
export async function startTestServer(env: Record<string, string> = {}, log?: Logger): Promise<TestServer> {
  const testDatabase = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'antics-e2e-'));
  const adminKey = randomBytes(32).toString('hex');
  const { config } = readConfig({
    DATABASE_URL: testDatabase.url,
    ANTICS_PORT: '0',
    ANTICS_DATA_DIR: folder,
    ANTICS_ADMIN_KEY: adminKey,
    ANTICS_LOG_LEVEL: 'silent',
    ...env,
  });
  const steps: (() => Promise<void>)[] = [];
  const shutdown = { register: (_name: string, stop: () => Promise<void>) => void steps.push(stop) };
  const own = log ?? createLogger(config.logLevel);
  const stop = async (): Promise<void> => {
    for (const step of steps.reverse()) await step();
    await testDatabase.drop();
    await rm(folder, { recursive: true });
  };
  // What had started when something failed would keep the run from its end.
  const server = await startServer({ wire: AppModule.of, config, log: own, shutdown }).catch(async (e: unknown) => {
    await stop();
    throw e;
  });
  const database = openDatabase({ url: testDatabase.url, max: 2, applicationName: 'test', onError: () => undefined });

  const ask = (path: string, o: Ask = {}): Promise<Answer> => askAt(server.baseUrl, path, { key: adminKey, ...o });
  return {
    server,
    adminKey,
    url: testDatabase.url,
    database,
    ask,
    async createSite(site = {}) {
      const body = { domain: `${randomBytes(6).toString('hex')}.example`, ...site };
      const made = await ask('/api/sites', { method: 'POST', body });
      if (made.status !== 201) throw new Error(made.text);
      return made.json as { id: string; domain: string };
    },
    async stop() {
      await database.close();
      await stop();
    },
  };
}

let shared: Promise<TestServer> | undefined;

/**
 * One server, with the settings of `startTestServer()`, for all parts of a spec file: to load and start the application
 * takes as long as most parts. A part has sites of its own and counts nothing that others make. The file stops it.
 */
export function sharedServer(): Promise<TestServer> {
  return (shared ??= startTestServer());
}

export async function stopSharedServer(): Promise<void> {
  // Where it did not start, each part has said so.
  const antics = await shared?.catch(() => undefined);
  shared = undefined;
  await antics?.stop();
}

export async function askAt(baseUrl: string, path: string, { method, key, headers, body }: Ask): Promise<Answer> {
  const response = await fetch(`${baseUrl}${path}`, {
    method: method ?? 'GET',
    headers: {
      ...(typeof key === 'string' && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // it is no JSON, and the test sees that
  }
}

/** Waits until `probe` gives something, and fails after `ms`. */
export async function until<T>(ms: number, probe: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
