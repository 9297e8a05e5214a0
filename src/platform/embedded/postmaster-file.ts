import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a running server says of itself in `postmaster.pid`. */
export interface PostmasterFile {
  pid: number;
  port: number;
  socketDirectory: string;
  /** `starting`, `ready`, `stopping`, `standby`; empty in the first moments. */
  status: string;
}

/** Reads `postmaster.pid`, by line: pid, data directory, start time, port, socket folder, address, key, status. */
export async function readPostmasterFile(data: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0), socketDirectory: lines[4] ?? '', status: lines[7] ?? '' };
}

/** Does it run? One that has ended but was not collected by its parent does not: see `isTaken`. */
export function isAlive(pid: number): boolean {
  return isTaken(pid) && !isZombie(pid);
}

/**
 * Is there a process of that number, be it a zombie? A server whose parent was killed becomes the child of process 1,
 * which in a container may be slow to collect it, or never do so; PostgreSQL takes it for a running one until then.
 */
export function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8'); // `pid (name) state …`, and a name may hold brackets
    return /^[ZX]/.test(status.slice(status.lastIndexOf(')') + 2));
  } catch {
    return false; // gone since, or hidden from us: what `isTaken` said stands
  }
}

/**
 * Is `pid` the server of `data`, or a stranger who got its number? After a crash, a container soon reuses numbers, and
 * PostgreSQL would refuse to start for as long as the stranger lives.
 */
export async function isPostmasterOf(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const command = process.platform === 'linux' ? readFile(`/proc/${pid}/cmdline`, 'utf8') : commandLine(pid);
  const text = await command.catch(() => undefined);
  // In doubt it is: PostgreSQL itself then refuses to start beside it, with its reason.
  return text === undefined || text.includes(data) || /postgres/.test(text.split(/[\0 ]/, 1)[0] ?? '');
}

async function commandLine(pid: number): Promise<string> {
  return (await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)])).stdout;
}
