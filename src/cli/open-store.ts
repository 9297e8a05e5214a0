import { join } from 'node:path';

import type { Config } from '../platform/config.ts';
import { makeDataDir } from '../platform/data-dir.ts';
import { openDatabase } from '../platform/database.ts';
import { startEmbedded } from '../platform/embedded/embedded.ts';
import { messageOf, OperatorError } from '../platform/errors.ts';
import { migrate } from '../platform/migrate.ts';
import type { Store } from './store.ts';

/** Folder of the embedded server in the data directory. */
export const EMBEDDED_FOLDER = 'postgres';

/**
 * Opens the database of the configuration and brings it up to date: that of DATABASE_URL, else the embedded server of
 * the data directory, adopted where it runs already.
 * @throws OperatorError that says what to do
 */
export async function openStore(config: Config, log: (line: string) => void): Promise<Store> {
  const server = config.databaseUrl === undefined ? await startOwn(config, log) : undefined;
  const url = server?.url ?? config.databaseUrl ?? '';
  const place = server ? `embedded PostgreSQL in ${config.dataDir}` : withoutSecrets(url);
  try {
    await migrate(url, log).catch((e: unknown) => {
      if (e instanceof OperatorError) throw e;
      throw new OperatorError(`The database (${place}) does not answer: ${messageOf(e)}`, { cause: e });
    });
  } catch (e) {
    await server?.stop();
    throw e;
  }
  const database = openDatabase({
    url,
    role: 'writer',
    max: 3,
    applicationName: 'antics cli',
    onError: () => undefined, // what runs rejects besides, and is tried again or told
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await database.close();
    await server?.stop();
  };
  return {
    db: database.db,
    place,
    dataDir: config.dataDir,
    baseUrl: `http://${hostOf(config.host)}:${config.port}`,
    close: () => (closing ??= close()),
  };
}

async function startOwn(config: Config, log: (line: string) => void) {
  await makeDataDir(config.dataDir);
  return startEmbedded({ directory: join(config.dataDir, EMBEDDED_FOLDER), account: config.pgUser, log });
}

/** An address that one can type: nobody reaches a server at `0.0.0.0`. */
function hostOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** Host and database; the query may carry a password too. */
function withoutSecrets(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'DATABASE_URL' : `${parsed.host}${parsed.pathname}`;
}
