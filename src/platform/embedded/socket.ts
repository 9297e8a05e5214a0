import { createHash } from 'node:crypto';
import { chown, lstat, mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { OperatorError } from '../errors.ts';
import type { Account } from './account.ts';

/** Part of the socket's name only: the server listens on no network port. */
export const SOCKET_PORT = 5432;

/** sockaddr_un holds 108 bytes on Linux and 104 on macOS, the closing NUL included. */
const LONGEST_SOCKET_PATH = 103;

export function socketPath(directory: string, port: number = SOCKET_PORT): string {
  return join(directory, `.s.PGSQL.${port}`);
}

/**
 * Makes the folder of the server's socket, open to its account alone, which is all the authentication there is: in
 * `home`, or, where the path would be too long for a socket, in a folder of the system's temporary directory whose
 * name follows from `home`, so that the next start finds the survivor of this one.
 */
export async function makeSocketDirectory(home: string, account: Account | undefined): Promise<string> {
  const near = join(home, 's');
  const fits = Buffer.byteLength(socketPath(near)) <= LONGEST_SOCKET_PATH;
  const directory = fits ? near : join(tmpdir(), `antics-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`);
  const made = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (made !== undefined && account) await chown(directory, account.uid, account.gid);
  const found = await lstat(directory);
  const owner = account?.uid ?? process.getuid?.();
  // In a directory that everybody may write to, somebody else could have made it first and answer as our server.
  if (!found.isDirectory() || (owner !== undefined && found.uid !== owner) || (found.mode & 0o077) !== 0) {
    throw new OperatorError(
      `${directory} should be a folder of ${account?.name ?? 'this user'} that nobody else can open: remove it.`,
    );
  }
  return directory;
}

/** Does a server listen there? */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** The URL of the server behind a socket folder. */
export function socketUrl(directory: string, port: number = SOCKET_PORT): string {
  return `postgresql:///postgres?host=${encodeURIComponent(directory)}&port=${port}&user=antics`;
}
