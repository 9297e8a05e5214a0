import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';

import { OperatorError } from '../errors.ts';

/** Who the server runs as. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root: there, the account named by `wanted`, else the one that owns what an earlier start
 * made (`ownerId`), else `postgres`, else `nobody`. Any other user runs it themselves: undefined.
 */
export function unprivilegedAccount(wanted: string | undefined, ownerId?: number): Account | undefined {
  if (process.getuid?.() !== 0) {
    requirePasswdEntry();
    return undefined;
  }
  const accounts = parsePasswd(readFileSync('/etc/passwd', 'utf8')).filter((account) => account.uid !== 0);
  const named = (name: string): Account | undefined => accounts.find((account) => account.name === name);
  const found =
    wanted === undefined
      ? (accounts.find((account) => account.uid === ownerId) ?? named('postgres') ?? named('nobody'))
      : named(wanted);
  if (found) return found;
  throw new OperatorError(
    `PostgreSQL does not run as root, and there is no unprivileged account ${wanted ?? 'postgres or nobody'}: ` +
      'name one in ANTICS_PG_USER, or set DATABASE_URL.',
  );
}

/** initdb and postgres look their user up by id, and end with an unclear message where that fails. */
function requirePasswdEntry(): void {
  try {
    userInfo();
  } catch (e) {
    throw new OperatorError(
      `User id ${String(process.getuid?.())} has no entry in /etc/passwd, which PostgreSQL needs: ` +
        'add one, or set DATABASE_URL.',
      { cause: e },
    );
  }
}

export function parsePasswd(text: string): Account[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/** May `account` pass through every folder that leads to `path` (which need not exist yet)? By modes, not ACLs. */
export function canReach(account: Account, path: string): boolean {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const at = statSync(folder, { throwIfNoEntry: false });
    if (at) {
      const shift = at.uid === account.uid ? 6 : at.gid === account.gid ? 3 : 0;
      if (((at.mode >> shift) & 1) === 0) return false;
    }
    if (folder === dirname(folder)) return true;
  }
}
