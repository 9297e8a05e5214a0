import { join } from 'node:path';
import type { Wire } from './app-parts.ts';
import { cliActor } from './cli/store.ts';
import { makeSignInLink, signInUrl } from './commands/make-sign-in-link/make-sign-in-link.ts';
import { systemClock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { makeDataDir, readSecretFile, writeSecretFile } from './platform/data-dir.ts';
import { createLogger } from './platform/logger.ts';
import { createShutdown } from './platform/shutdown.ts';
import { startServer, type Server } from './server.ts';

/** In the data directory. */
const KEY_FILE = 'admin-key';

export interface Serving {
  readonly server: Server;
  readonly config: Config;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
}

export interface ServeOptions {
  readonly wire: Wire;
  readonly config: Config;
  /** Standard output. */
  readonly out: (line: string) => void;
  /** Whether a person reads it: only then a secret may be in it. */
  readonly isTerminal: boolean;
  /** After the address was told. */
  readonly onStarted?: (serving: Serving) => Promise<void>;
}

/** Runs the server until a signal ends it, and the process with it. Rejects when it cannot start. */
export async function serve(o: ServeOptions): Promise<void> {
  const { config } = o;
  const log = createLogger(config.logLevel);
  const stopping = new AbortController();
  let exit = (code: number): void => process.exit(code);
  const shutdown = createShutdown({ log: (line) => log.info(line), exit: (code) => exit(code) });
  shutdown.listen();
  try {
    const keepAdminKey = (key: string): Promise<void> => keepKey(key, o);
    const server = await startServer({ wire: o.wire, config, log, shutdown, keepAdminKey });
    // The last registered, so the first to run.
    shutdown.register('demo', () => Promise.resolve(stopping.abort()));
    await tell(server, o);
    await o.onStarted?.({ server, config, stopping: stopping.signal });
  } catch (e) {
    // Not the process's end yet: whoever called tells what happened.
    exit = () => undefined;
    await shutdown.run('it could not start', 1);
    throw e;
  }
  await new Promise<never>(() => undefined); // the signal's handler ends the process
}

/** The address, where the key is, and the next step. */
async function tell(server: Server, o: ServeOptions): Promise<void> {
  const { config, out } = o;
  const { baseUrl, newAdminKey } = server;
  if (config.role === 'worker') {
    out(`Antics  follows the log; ${baseUrl}/api/health says how it is`);
    await tellKey(newAdminKey, o);
    return;
  }
  out(`Antics  ${baseUrl}`);
  const keyFile = join(config.dataDir, KEY_FILE);
  const isInFile = await tellKey(newAdminKey, o);
  if (newAdminKey !== undefined && o.isTerminal) await tellLink(server, out);
  out('Next    add a site:');
  out(
    `        curl -X POST ${baseUrl}/api/sites -H "Authorization: Bearer ${isInFile ? `$(cat ${keyFile})` : '$KEY'}" \\`,
  );
  out(`          -H 'Content-Type: application/json' -d '{"domain":"example.com"}'`);
  out(`        then put <script defer src="${baseUrl}/antics.js"></script> on its pages`);
}

/** A way in for a browser, without a key or a proxy. Only where a person reads it. */
async function tellLink({ writer, baseUrl }: Server, out: (line: string) => void): Promise<void> {
  const link = await makeSignInLink(writer.db, { actor: { name: cliActor(), kind: 'cli' } }, systemClock);
  out(`Sign in ${signInUrl(baseUrl, link)}`);
  out('        in a browser, once, within 15 minutes; `antics sign-in` prints another one');
}

/** Where nobody reads the output the key goes into a file, and is there before the server answers. */
async function keepKey(key: string, { config, isTerminal }: ServeOptions): Promise<void> {
  if (isTerminal) return;
  await makeDataDir(config.dataDir);
  await writeSecretFile(join(config.dataDir, KEY_FILE), `${key}\n`);
}

/** Tells a new key, or in which file it is. Answers whether it is in the file. */
async function tellKey(key: string | undefined, o: ServeOptions): Promise<boolean> {
  const keyFile = join(o.config.dataDir, KEY_FILE);
  if (key !== undefined && o.isTerminal) {
    o.out(`Key     ${key}`);
    o.out('        the admin API key, shown this once: keep it');
    return false;
  }
  if (o.config.adminKey !== undefined || (await readSecretFile(keyFile)) === undefined) return false;
  o.out(`Key     in ${keyFile}`);
  return true;
}
