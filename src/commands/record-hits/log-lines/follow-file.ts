import { stat } from 'node:fs/promises';
import { messageOf } from '../../../platform/errors.ts';
import { readBefore } from './evidence.ts';
import { FileBusy, isPassing, optionsFor, withFile, type LogReader } from './ingest-file.ts';
import { noOutcomes, type ReadSoFar } from './outcomes.ts';
import { pause, readLog } from './read-log.ts';
import { openLog, type OpenLog } from './source.ts';

export interface FollowOptions {
  readonly path: string;
  readonly reader: LogReader;
  /** Ends it, with the position kept. */
  readonly signal: AbortSignal;
  /** What keeps it from reading now; told when it changes. Null: it reads. */
  readonly onHindrance?: (message: string | null) => void;
  /** Between two looks at the file. Default 1,000. */
  readonly pollMs?: number;
  /** Of everything that is read. */
  readonly soFar?: ReadSoFar;
}

const POLL_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

/**
 * Reads what is written to a file, for as long as nothing ends it. The file may not be there yet; it may be renamed with
 * a new one in its place, or emptied: what was written before is read to its end first. While another process reads it
 * this one stands by.
 */
export async function followFile(o: FollowOptions): Promise<void> {
  const { path, reader, signal, pollMs = POLL_MS, soFar = { lines: 0, outcomes: noOutcomes() } } = o;
  let hindrance: string | null = null;
  let wait = pollMs;

  const hinder = (message: string | null): void => {
    if (message !== hindrance) o.onHindrance?.(message);
    hindrance = message;
  };

  const readOne = async (log: OpenLog): Promise<void> => {
    const onDry = dryOf(log, path, { pollMs, signal, reader });
    const found = await withFile(reader, log, false, (session, file) => {
      hinder(null);
      wait = pollMs;
      // A copy of before, which may be what a restore has left: nothing in it is new until it is longer.
      if (file.isBeginning) return pause(pollMs, signal);
      return readLog(optionsFor(reader, { session, log, file, soFar, signal, isStrict: false, onDry }));
    });
    if (found === null) await pause(pollMs, signal);
  };

  while (!signal.aborted) {
    try {
      const log = await openLog(path);
      try {
        await readOne(log);
      } finally {
        await log.handle.close();
      }
    } catch (e) {
      if (signal.aborted) break;
      hinder(messageOf(e));
      // Another process may end any time; what failed is tried less and less often.
      if (!(e instanceof FileBusy)) wait = Math.min(LONGEST_WAIT_MS, 2 * wait);
      await pause(e instanceof FileBusy || isPassing(e) ? Math.min(wait, 2 * pollMs) : wait, signal);
    }
  }
}

interface DryOptions {
  pollMs: number;
  signal: AbortSignal;
  reader: LogReader;
}

/** Waits for more, and says whether it may come: not where another file has taken the place, or this one was emptied. */
function dryOf(log: OpenLog, path: string, { pollMs, signal, reader }: DryOptions) {
  let isReplaced = false;
  let written = -1;
  return async (position: number, before: Buffer): Promise<boolean> => {
    // Its writer may have gone on in it for a moment: it is looked at once more than it seems to need.
    if (isReplaced) return false;
    await pause(pollMs, signal);
    if (signal.aborted) return false;
    reader.days.purge();
    isReplaced = await isAnother(path, log);
    const { size, mtimeMs } = await log.handle.stat();
    if (size < position) return false;
    // Emptied, and filled again beyond where it was: what stands before the position tells.
    if (!log.isPacked && mtimeMs !== written && (await readBefore(log, position))?.equals(before) !== true) return false;
    written = mtimeMs;
    return true;
  };
}

async function isAnother(path: string, { identity }: OpenLog): Promise<boolean> {
  try {
    const { dev, ino } = await stat(path);
    return `${dev}:${ino}` !== identity;
  } catch (e) {
    // Between its rename and the next one's beginning.
    if ((e as { code?: unknown }).code === 'ENOENT') return false;
    throw e;
  }
}
