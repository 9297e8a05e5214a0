import { userInfo } from 'node:os';

import { messageOf } from '../platform/errors.ts';
import type { Db } from '../platform/database.ts';

/** The database that a command works on, migrated, beside a running server or without one. */
export interface Store {
  /** With the writer's rights. */
  readonly db: Db;
  /** Where it is, to be shown: no password. */
  readonly place: string;
  /** Folder of the admin key's file. */
  readonly dataDir: string;
  /** Where a server with this configuration answers, such as `http://127.0.0.1:8480`. */
  readonly baseUrl: string;
  /** Closes what was opened; an embedded server stops unless others use it. Can be called twice. */
  close(): Promise<void>;
}

/** Who is at the command line, as the log names them: `cli:<OS user>`. */
export function cliActor(): string {
  try {
    return `cli:${userInfo().username}`;
  } catch (e) {
    // A container may run under a number that has no name.
    const uid = process.getuid?.();
    if (uid === undefined) throw new Error(`nobody knows who runs this: ${messageOf(e)}`, { cause: e });
    return `cli:${uid}`;
  }
}
