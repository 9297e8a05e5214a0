import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { canReach, unprivilegedAccount } from './embedded/account.ts';

const SYSTEM_DIR = '/var/lib/antics';

/**
 * Where Antics keeps its files when nobody says: `.antics` below the working directory. As root, with the embedded
 * server, that has to be a place which the server's account can reach, and a checkout in /root is none.
 */
export function defaultDataDir(o: { embedded: boolean; account: string | undefined }): string {
  const near = resolve('.antics');
  if (!o.embedded || process.getuid?.() !== 0) return near;
  const account = unprivilegedAccount(o.account);
  return account && !canReach(account, join(near, 'postgres')) ? SYSTEM_DIR : near;
}

/**
 * Makes the data directory. As root others may pass through, not look around: the database's folder in it belongs to
 * an account of its own. The secrets in it are closed one by one.
 */
export async function makeDataDir(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true });
  if (made !== undefined) await chmod(path, process.getuid?.() === 0 ? 0o711 : 0o700);
}

/** Writes a file that only this user can read (0600), whole or not at all. Replaces one that is there. */
export async function writeSecretFile(path: string, text: string): Promise<void> {
  const half = join(dirname(path), `.${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(half, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(half, path);
  } catch (e) {
    await rm(half, { force: true });
    throw e;
  }
}

/** The text of a file, or undefined when there is none. */
export function readSecretFile(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((e: NodeJS.ErrnoException) => {
    if (e.code === 'ENOENT') return undefined;
    throw e;
  });
}
