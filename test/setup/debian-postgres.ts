import { accessSync, chownSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { unprivilegedAccount } from '../../src/platform/embedded/account.ts';
import { run } from '../../src/platform/embedded/run.ts';

const BIN = '/usr/lib/postgresql/15/bin';

/** Debian's PostgreSQL 15, whose `pg_dump` fits it: the embedded one comes without. */
export const hasDebianPostgres = ['initdb', 'pg_ctl', 'pg_dump', 'pg_restore', 'psql'].every((name) => isThere(join(BIN, name)));

/** A cluster of its own that listens on a socket only. */
export interface Cluster {
  /** Of a database of it, for a role. */
  url(database: string, role?: string): string;
  psql(statements: string, database?: string): Promise<string>;
  pgDump(database: string, file: string, ...args: string[]): Promise<void>;
  pgRestore(database: string, file: string): Promise<void>;
  /** Stops it and removes everything. */
  remove(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'antics-pg15-'));
  const account = unprivilegedAccount(undefined);
  if (account) chownSync(folder, account.uid, account.gid);
  const server = (name: string, ...args: string[]): Promise<string> => run(join(BIN, name), args, { account, cwd: folder });
  const tool = (name: string, ...args: string[]): Promise<string> => run(join(BIN, name), args, { account: undefined, cwd: folder });
  const data = join(folder, 'data');
  await server('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync');
  // On this machine alone, for some seconds: it need not survive a power cut.
  const options = `-c listen_addresses='' -k ${folder} -c fsync=off -c shared_buffers=32MB`;
  await server('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start');
  const at = ['-h', folder, '-U', 'postgres'];
  return {
    url: (database, role = 'postgres') => `postgresql://${role}@localhost/${database}?host=${encodeURIComponent(folder)}`,
    psql: (statements, database = 'postgres') =>
      tool('psql', ...at, '-d', database, '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', statements),
    pgDump: async (database, file, ...args) => void (await tool('pg_dump', ...at, '--format=custom', ...args, `--file=${file}`, database)),
    pgRestore: async (database, file) => void (await tool('pg_restore', ...at, '--exit-on-error', `--dbname=${database}`, file)),
    async remove() {
      await server('pg_ctl', '-D', data, '-m', 'immediate', 'stop');
      await rm(folder, { recursive: true });
    },
  };
}

function isThere(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false; // which is the answer
  }
}
