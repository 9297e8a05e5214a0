import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

export interface Built {
  /** Where it is, readable by the account of the embedded server. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** The program as `npm start` builds it, in a folder of its own: the checkout's `dist` may be in use. */
export async function build(): Promise<Built> {
  const folder = await mkdtemp(join(tmpdir(), 'antics-built-'));
  await chmod(folder, 0o755);
  const swc = join(root, 'node_modules/.bin/swc');
  const options = ['src', '--out-dir', join(folder, 'dist'), '--strip-leading-paths', '--config-file', '.swcrc', '-q'];
  must(spawnSync(process.execPath, [swc, ...options], { cwd: root, encoding: 'utf8' }));
  await cp(join(root, 'migrations'), join(folder, 'migrations'), { recursive: true });
  for (const name of ['node_modules', 'src']) await symlink(join(root, name), join(folder, name));
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await mkdir(join(folder, 'scripts'));
  await cp(join(root, 'scripts/build-assets.mjs'), join(folder, 'scripts/build-assets.mjs'));
  must(spawnSync(process.execPath, [join(folder, 'scripts/build-assets.mjs')], { cwd: folder, encoding: 'utf8' }));
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

function must(result: { status: number | null; stdout: string; stderr: string }): void {
  if (result.status !== 0) throw new Error(`${result.stdout}\n${result.stderr}`);
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
  const child = spawn(process.execPath, [join(built.folder, 'dist/main.js'), ...args], {
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
