import { lchown, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { OperatorError } from '../errors.ts';
import type { Account } from './account.ts';
import { isAlive } from './postmaster-file.ts';
import type { Binaries } from './binaries.ts';
import { run } from './run.ts';

const HALF_MADE = /^data\.new-(\d+)$/;

/**
 * Makes the server's data directory `data` in `home`, unless it is there, and gives its path.
 * It is made under another name and renamed when complete: initdb writes PG_VERSION first, so that a directory left by
 * a killed initdb looks whole; and of two processes that start at once, the second finds the first one's.
 */
export async function ensureDataDirectory(
  home: string,
  binaries: Binaries,
  account: Account | undefined,
  log: (line: string) => void,
): Promise<string> {
  const data = join(home, 'data');
  await removeHalfMade(home, log);

  const version = await readText(join(data, 'PG_VERSION'));
  if (version !== undefined) {
    refuseOtherMajor(data, version, binaries);
    return data;
  }

  log('making the database');
  const half = join(home, `data.new-${process.pid}`);
  await mkdir(half, { mode: 0o700 });
  if (account) await lchown(half, account.uid, account.gid);
  await run(
    binaries.initdb,
    [
      ['-D', half, '-U', 'antics', '-A', 'trust', '-E', 'UTF8', '--no-instructions'],
      // Sorting by code point never changes with the machine's C library, so neither do indexes.
      ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ].flat(),
    { account, cwd: home },
  );
  await rename(half, data).catch(async (e: unknown) => {
    await rm(half, { recursive: true, force: true });
    if ((await readText(join(data, 'PG_VERSION'))) === undefined) throw e; // not another process's: a real failure
  });
  return data;
}

async function removeHalfMade(home: string, log: (line: string) => void): Promise<void> {
  for (const name of await readdir(home)) {
    const path = join(home, name);
    if (!(name === 'data' ? await neverFinished(path) : isAbandoned(name))) continue;
    log(`removing the half-made ${name}`);
    await rm(path, { recursive: true, force: true });
  }
}

function isAbandoned(name: string): boolean {
  const maker = Number(HALF_MADE.exec(name)?.[1]);
  return maker === process.pid || (maker > 0 && !isAlive(maker));
}

/** No PG_VERSION: not ours to start. With a control file it held data once, and is not ours to remove either. */
async function neverFinished(data: string): Promise<boolean> {
  if ((await readText(join(data, 'PG_VERSION'))) !== undefined) return false;
  if ((await readText(join(data, 'global', 'pg_control'))) === undefined) return true;
  throw new OperatorError(`${data} is damaged (it has no PG_VERSION): restore it, or move it away to begin anew.`);
}

function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    (e: NodeJS.ErrnoException) => {
      if (e.code === 'ENOENT') return undefined;
      throw e;
    },
  );
}

function refuseOtherMajor(data: string, version: string, binaries: Binaries): void {
  const ours = binaries.version.split('.')[0];
  if (version === ours) return;
  throw new OperatorError(
    `${data} was made by PostgreSQL ${version}, and this Antics brings ${ours}: ` +
      `run the Antics that made it, or dump it there with pg_dump ${version} and restore it into a new directory.`,
  );
}
