import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { EMBEDDED_FOLDER } from '../../src/cli/open-store.ts';
import { isAlive, isPostmasterOf, readPostmasterFile } from '../../src/platform/embedded/postmaster-file.ts';
import { chooseSocketDirectory, socketUrl } from '../../src/platform/embedded/socket.ts';
import { build } from '../e2e/built.ts';

const START_MS = 60_000;

export const ADMIN_KEY = 'chaos-chaos-chaos-chaos-chaos-chaos';

/** A server built as `npm start` builds it, with a folder and a PostgreSQL of its own. */
export interface BuiltServer {
  /** Starts it, or starts it again; resolves once it answers. */
  start(): Promise<void>;
  /** Undefined while it is not started. */
  baseUrl(): string | undefined;
  /** As `kill -9` does it; PostgreSQL lives on. */
  kill(): Promise<void>;
  /** By SIGTERM. Answers the exit code. */
  stop(): Promise<number | null>;
  /** The process number of its PostgreSQL, once that takes connections. */
  postmaster(): Promise<number>;
  /** Of its database, for who may open the socket. */
  readonly databaseUrl: string;
  /** Standard output and error so far. */
  readonly output: readonly string[];
  /** Ends everything that it started, and removes the folder. */
  clear(): Promise<void>;
}

export async function buildServer(): Promise<BuiltServer> {
  const { folder, main, remove } = await build();
  const dataDir = join(folder, 'd');
  const home = join(dataDir, EMBEDDED_FOLDER);
  const output: string[] = [];
  let child: ChildProcess | undefined;
  let baseUrl: string | undefined;

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const ended = child;
    baseUrl = undefined;
    if (ended === undefined || ended.exitCode !== null || ended.signalCode !== null) return ended?.exitCode ?? null;
    const exit = once(ended, 'exit') as Promise<[number | null]>;
    ended.kill(signal);
    return (await exit)[0];
  };

  return {
    output,
    databaseUrl: socketUrl(chooseSocketDirectory(home)),
    baseUrl: () => baseUrl,
    async start() {
      child = spawn(process.execPath, ['--enable-source-maps', main], {
        cwd: folder,
        env: {
          PATH: process.env['PATH'],
          TMPDIR: tmpdir(),
          ANTICS_DATA_DIR: dataDir,
          ANTICS_PORT: '0',
          ANTICS_ADMIN_KEY: ADMIN_KEY,
          ANTICS_RATE_LIMIT: 'off',
          ANTICS_LOG_LEVEL: 'info',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => output.push(text));
      }
      baseUrl = await addressOf(child, output);
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    async postmaster() {
      for (let waited = 0; waited < START_MS; waited += 20) {
        const file = await readPostmasterFile(join(home, 'data'));
        if (file?.status === 'ready' && isAlive(file.pid)) return file.pid;
        await sleep(20);
      }
      throw new Error(`PostgreSQL does not come back:\n${output.join('')}`);
    },
    async clear() {
      await end('SIGKILL');
      const data = join(home, 'data');
      const file = await readPostmasterFile(data);
      if (file && (await isPostmasterOf(file.pid, data))) {
        process.kill(file.pid, 'SIGQUIT');
        while (isAlive(file.pid)) await sleep(20);
      }
      await remove();
    },
  };
}

/** From what this start prints: the port is any free one. */
async function addressOf(child: ChildProcess, output: readonly string[]): Promise<string> {
  const before = output.length;
  for (let waited = 0; waited < START_MS; waited += 20) {
    const url = /^Antics +(http:\S+)/m.exec(output.slice(before).join(''))?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null) break;
    await sleep(20);
  }
  throw new Error(`the server did not start:\n${output.slice(before).join('')}`);
}
