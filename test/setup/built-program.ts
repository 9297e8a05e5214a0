import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { isAlive } from '../../src/platform/embedded/postmaster-file.ts';
import { packageRoot } from '../../src/platform/migration-files.ts';

/** What a build needs; the packages are linked. */
const SOURCES = ['src', 'scripts', 'migrations', 'package.json', 'tsconfig.json', 'nest-cli.json', '.swcrc'];
const STALE_MS = 120_000;

/**
 * The program as `npm start` builds it, away from the checkout, whose `dist` may be in use: once a run, by the first
 * suite that asks; others wait for it. Answers the file to run.
 * @param folder for tests of this file; default: the run's, which its tear-down removes
 */
export async function builtProgram(folder = ofThisRun(), make = build): Promise<string> {
  await mkdir(folder, { recursive: true });
  const [program, lock] = [join(folder, 'program'), join(folder, 'lock')];
  const main = join(program, 'dist/main.js');
  for (; !(await isThere(main)); await sleep(50)) {
    if (!(await take(lock))) continue;
    try {
      if (await isThere(main)) break;
      const made = await mkdtemp(join(folder, 'made-'));
      await make(made);
      // Whole or not at all. Who took too long finds another's there, which is the same.
      await rename(made, program).catch(async (e: unknown) => {
        if (!(await isThere(main))) throw e;
      });
    } finally {
      await rm(lock, { force: true });
    }
  }
  return main;
}

/** Taken over from a builder that died or hangs. Two builders at once cost time and nothing else. */
async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw e;
  }
  const [pid, since] = await Promise.all([readFile(lock, 'utf8'), stat(lock)]).then(
    ([text, { mtimeMs }]) => [Number(text), mtimeMs] as const,
    () => [0, Date.now()] as const, // it was let go
  );
  if ((pid > 0 && !isAlive(pid)) || Date.now() - since > STALE_MS) await rm(lock, { force: true });
  return false;
}

async function build(folder: string): Promise<void> {
  for (const name of SOURCES) await cp(join(packageRoot(), name), join(folder, name), { recursive: true });
  await symlink(join(packageRoot(), 'node_modules'), join(folder, 'node_modules'));
  const building = spawn('npm', ['run', '--silent', 'build'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const told = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) building[name].on('data', (text: Buffer) => (told[name] += text.toString()));
  const [code] = (await once(building, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the program was not built:\n${told.stdout}${told.stderr}`);
  // `npm run antics` builds first, and what it prints may be JSON for another program.
  if (told.stdout !== '') throw new Error(`a build may write to standard error alone, and wrote:\n${told.stdout}`);
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false, // which is the answer
  );

function ofThisRun(): string {
  const folder = process.env['TEST_BUILD_FOLDER'];
  if (!folder) throw new Error('TEST_BUILD_FOLDER is not set: test/setup/global-setup.ts did not run');
  return folder;
}
