import { readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { readPostmasterFile } from './embedded/postmaster-file.ts';

/** A tenth of the weight of others: little beside work that somebody waits for, all of a processor that is idle. */
const NICENESS = 10;

/**
 * Lets all others go before the server process of a connection, where it is found on this machine and may be told so;
 * answers whether. A server elsewhere, in another container, or of another account stays as it is. There is no way back:
 * a process may give up its place, and not claim it again.
 *
 * @param db of one connection
 */
export async function yieldProcessor(db: Db): Promise<boolean> {
  const { rows } = await sql<{ pid: number; data: string | null }>`
    select pg_backend_pid() as pid, case when pg_has_role('pg_read_all_settings', 'MEMBER')
      then current_setting('data_directory') end as data`.execute(db);
  const [server] = rows;
  if (server === undefined || server.data === null) return false;
  // The number alone may be that of some other process here.
  const postmaster = await readPostmasterFile(server.data);
  if (postmaster === undefined || (await parentOf(server.pid)) !== postmaster.pid) return false;
  try {
    setPriority(server.pid, NICENESS);
    return true;
  } catch {
    return false; // of another account
  }
}

/** Where the system has /proc. */
async function parentOf(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // `pid (name) state parent …`, and a name may hold brackets.
  return status === undefined ? undefined : Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]);
}
