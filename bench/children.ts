import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

import { atEnd } from './lifetime.ts';

/** The server drains within ten seconds. */
const PATIENCE_MS = 15_000;
/** A load that hangs must not hang the bench. */
const LONGEST_TASK_MS = 10 * 60_000;

export interface Child {
  readonly pid: number;
  /** Asks by SIGTERM, and after some patience by SIGKILL. Can be called twice. */
  stop(): Promise<void>;
}

/** A port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Adopts a process: it is ended with the bench. */
export function childOf(process: ChildProcess): Child {
  const { pid } = process;
  if (pid === undefined) throw new Error(`${process.spawnfile} did not start`);
  let stopping: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    if (hasEnded(process)) return;
    const ended = once(process, 'exit');
    process.kill('SIGTERM');
    const giveUp = setTimeout(() => process.kill('SIGKILL'), PATIENCE_MS);
    await ended;
    clearTimeout(giveUp);
  };
  return { pid, stop: atEnd(() => (stopping ??= end())) };
}

export function hasEnded(process: ChildProcess): boolean {
  return process.exitCode !== null || process.signalCode !== null;
}

/** Starts a file of this folder that sends one message when it serves, and goes on until it is stopped. */
export async function startScript<T>(name: string, argument: object): Promise<Child & { readonly message: T }> {
  const process = fork(fileURLToPath(new URL(name, import.meta.url)), [JSON.stringify(argument)]);
  const child = childOf(process);
  return { ...child, message: await firstMessage<T>(process, name) };
}

/** Runs a file of this folder in a process of its own, and answers the message that it sends before it ends. */
export async function runScript<T>(name: string, argument: object): Promise<T> {
  const child = await startScript<T>(name, argument);
  await child.stop();
  return child.message;
}

async function firstMessage<T>(process: ChildProcess, name: string): Promise<T> {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(LONGEST_TASK_MS)]);
  try {
    return await Promise.race([
      once(process, 'message', { signal }).then(([message]) => message as T),
      once(process, 'exit', { signal }).then(() => {
        throw new Error(`${name} ended without an answer`);
      }),
    ]);
  } finally {
    stop.abort();
  }
}

/** Starts a program whose output goes to an open file. */
export function startProgram(args: readonly string[], environment: NodeJS.ProcessEnv, output: number): ChildProcess {
  return spawn(process.execPath, args, { env: environment, stdio: ['ignore', output, output] });
}

export interface Usage {
  /** Of user and system, so far. */
  readonly cpuSeconds: number;
  readonly rssMegabytes: number;
}

/** What a process takes; undefined where the system has no /proc. */
export async function usageOf(pid: number): Promise<Usage | undefined> {
  if (process.platform !== 'linux') return undefined;
  const read = (name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, 'utf8');
  const [stat, status] = await Promise.all([read('stat'), read('status')]);
  // The name, in brackets, may hold spaces. After it come the fields from the third on; ticks are hundredths.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100, rssMegabytes: kilobytes / 1024 };
}

/** The largest memory that a process has while `run` does. NaN where it cannot be told. */
export async function watchMemory<T>(pid: number, run: () => Promise<T>): Promise<{ result: T; megabytes: number }> {
  const stop = new AbortController();
  let megabytes = Number.NaN;
  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const usage = await usageOf(pid);
      if (usage === undefined) return;
      megabytes = Math.max(Number.isNaN(megabytes) ? 0 : megabytes, usage.rssMegabytes);
      await sleep(250);
    }
  };
  const watching = watch();
  try {
    return { result: await run(), megabytes };
  } finally {
    stop.abort();
    await watching;
  }
}
