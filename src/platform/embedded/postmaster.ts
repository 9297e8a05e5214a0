import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { isAlive, isPostmasterOf, isTaken, readPostmasterFile, type PostmasterFile } from './postmaster-file.ts';
import { spawnOptions } from './run.ts';
import { settingFlags, type PostgresSettings } from './settings.ts';
import { answers, SOCKET_PORT, socketPath } from './socket.ts';

/** A running server. */
export interface Postmaster {
  pid: number;
  /** It ran already: another process of ours started it, or one that was killed. */
  adopted: boolean;
  socketDirectory: string;
  port: number;
  /** Settles when the server is gone, however it went. */
  gone: Promise<void>;
}

export interface PostmasterOptions {
  home: string;
  data: string;
  socketDirectory: string;
  binaries: Binaries;
  account: Account | undefined;
  settings: PostgresSettings;
  log: (line: string) => void;
}

const LARGEST_LOG = 8 * 2 ** 20;
const PATIENCE_MS = 30_000;
/** Passes by itself: another process was faster, or the orphans of a killed server have not all ended. */
const PASSES = /lock file "postmaster\.pid" already exists|pre-existing shared memory block|is another postmaster/i;

/** Adopts the server that runs on this data directory, or starts one; resolves when it takes connections. */
export async function startOrAdopt(o: PostmasterOptions): Promise<Postmaster> {
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    const running = await adopt(o);
    if (running) return running;
    const started = await launch(o);
    if (typeof started !== 'string') return started;
    if (!PASSES.test(started) || Date.now() > giveUp) throw new Error(started);
    await sleep(200);
  }
}

async function adopt(o: PostmasterOptions): Promise<Postmaster | undefined> {
  const file = await readPostmasterFile(o.data);
  if (!file || !isTaken(file.pid)) return undefined; // the file of a process that is gone is PostgreSQL's own business
  if (!(await isPostmasterOf(file.pid, o.data))) {
    o.log(`process ${file.pid} is no longer PostgreSQL: removing its postmaster.pid`);
    await rm(join(o.data, 'postmaster.pid'), { force: true });
    return undefined;
  }
  const ready = await untilReady(file.pid, () => isAlive(file.pid), o);
  if (!ready) return undefined;
  o.log(`adopted the running PostgreSQL, process ${ready.pid}`);
  return {
    pid: ready.pid,
    adopted: true,
    socketDirectory: ready.socketDirectory,
    port: ready.port,
    gone: untilGone(ready.pid),
  };
}

/** Gives the running server, or what it wrote when it ended instead. */
async function launch(o: PostmasterOptions): Promise<Postmaster | string> {
  const logPath = join(o.home, 'postgres.log');
  // A file and no pipe: the server outlives us when we are killed, and must not write into nothing then.
  const logFile = await openLog(logPath, o.account);
  const from = (await logFile.stat()).size;
  let child: ChildProcess;
  try {
    child = spawn(
      o.binaries.postgres,
      [
        ['-D', o.data, '-k', o.socketDirectory, '-p', String(SOCKET_PORT)],
        ['-c', 'listen_addresses=', '-c', 'unix_socket_permissions=0700'],
        settingFlags(o.settings),
      ].flat(),
      // Detached: Ctrl-C in the terminal is for us; the server is stopped after we have flushed.
      { ...spawnOptions({ account: o.account, cwd: o.home }), detached: true, stdio: ['ignore', 'ignore', logFile.fd] },
    );
  } finally {
    await logFile.close();
  }
  if (child.pid === undefined) throw ((await once(child, 'error')) as [Error])[0];
  const { pid } = child;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = await untilReady(pid, () => child.exitCode === null && child.signalCode === null, o);
  if (!ready) {
    const text = await readFile(logPath);
    return text.subarray(from).toString() || `postgres ended with ${String(child.exitCode ?? child.signalCode)}`;
  }
  child.unref();
  return { pid, adopted: false, socketDirectory: o.socketDirectory, port: SOCKET_PORT, gone };
}

/** Begins anew when the file has grown large. The folder is another account's: root must not follow its links. */
async function openLog(path: string, account: Account | undefined): Promise<FileHandle> {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const file = await open(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY, 0o600);
  if (account) await file.chown(account.uid, account.gid);
  if ((await file.stat()).size > LARGEST_LOG) await file.truncate();
  return file;
}

/** Waits for as long as the server lives: after a crash it first replays its log, which takes what it takes. */
async function untilReady(
  pid: number,
  lives: () => boolean,
  o: Pick<PostmasterOptions, 'data' | 'log'>,
): Promise<PostmasterFile | undefined> {
  for (let waited = 0; lives(); waited++) {
    const file = await readPostmasterFile(o.data);
    if (file?.pid === pid && file.status === 'ready' && (await answers(socketPath(file.socketDirectory, file.port)))) {
      return file;
    }
    if (waited > 0 && waited % 500 === 0) o.log(`PostgreSQL is ${file?.status || 'starting'} since ${waited / 50} s`);
    await sleep(20);
  }
  return undefined;
}

/** A process that is not our child tells nobody when it ends. */
function untilGone(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(pid)) return;
      clearInterval(timer);
      resolve();
    }, 250);
    timer.unref();
  });
}
