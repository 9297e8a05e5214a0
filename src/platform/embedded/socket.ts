import { createHash } from 'node:crypto';
import { lchown, lstat, mkdir } from 'node:fs/promises';
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
 * The folder of the server's socket: in `home`, or, where that path would be too long for a socket, in the system's
 * temporary directory, by a name that follows from `home`.
 */
export function chooseSocketDirectory(home: string): string {
  const near = join(home, 's');
  if (Buffer.byteLength(socketPath(near)) <= LONGEST_SOCKET_PATH) return near;
  return join(tmpdir(), `antics-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`);
}

/** Makes that folder, open to the server's account alone: this is all the authentication there is. */
export async function makeSocketDirectory(directory: string, account: Account | undefined): Promise<void> {
  const made = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (made !== undefined && account) await lchown(directory, account.uid, account.gid);
  const found = await lstat(directory);
  const owner = account?.uid ?? process.getuid?.();
  // Where everybody may write, somebody else could have made it first and answer as our server.
  if (!found.isDirectory() || (owner !== undefined && found.uid !== owner) || (found.mode & 0o077) !== 0) {
    throw new OperatorError(
      `${directory} should be a folder of ${account?.name ?? 'this user'} that nobody else can open: remove it.`,
    );
  }
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
