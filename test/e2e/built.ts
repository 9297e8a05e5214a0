import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtProgram } from '../setup/built-program.ts';

export interface Built {
  /** One of its own, to work and to keep data in; the account of the embedded server can pass through. */
  readonly folder: string;
  /** The file to run, of the run's one build. */
  readonly main: string;
  remove(): Promise<void>;
}

/** The program as `npm start` builds it, and a folder to run it in, so that specs beside each other do not meet. */
export async function build(): Promise<Built> {
  const main = await builtProgram();
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'antics-built-')));
  await chmod(folder, 0o755);
  return { folder, main, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) };
}

export interface Run {
  readonly child: ChildProcess;
  /** What it wrote so far, standard output and standard error. */
  output(): string;
  /** Its exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** Runs `antics <args>` with nothing of our environment. */
export function run(built: Built, args: readonly string[], env: Record<string, string>): Run {
  const child = spawn(process.execPath, [built.main, ...args], {
    cwd: built.folder,
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
  return { child, output: () => output, ended };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
