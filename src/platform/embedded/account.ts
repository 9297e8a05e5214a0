import { readFile, stat } from 'node:fs/promises';
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
 * PostgreSQL refuses to run as root: there, the account named by `wanted`, else `postgres`, else `nobody`.
 * Any other user runs it themselves: undefined.
 */
export async function unprivilegedAccount(wanted: string | undefined): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) {
    requirePasswdEntry();
    return undefined;
  }
  const accounts = parsePasswd(await readFile('/etc/passwd', 'utf8'));
  const names = wanted === undefined ? ['postgres', 'nobody'] : [wanted];
  for (const name of names) {
    const account = accounts.get(name);
    if (account && account.uid !== 0) return account;
  }
  throw new OperatorError(
    `PostgreSQL does not run as root, and there is no unprivileged account ${names.join(' or ')}: ` +
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

export function parsePasswd(text: string): Map<string, Account> {
  const accounts = new Map<string, Account>();
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && uid && gid) accounts.set(name, { name, uid: Number(uid), gid: Number(gid) });
  }
  return accounts;
}

/** May `account` pass through every folder that leads to `path` (which need not exist yet)? Modes only, no ACLs. */
export async function canReach(account: Account, path: string): Promise<boolean> {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const at = await stat(folder).catch(() => undefined);
    if (at) {
      const shift = at.uid === account.uid ? 6 : at.gid === account.gid ? 3 : 0;
      if (((at.mode >> shift) & 1) === 0) return false;
    }
    if (folder === dirname(folder)) return true;
  }
}
