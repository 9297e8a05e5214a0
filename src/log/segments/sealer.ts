import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../platform/database.ts';
import { messageOf } from '../../platform/errors.ts';
import { sealSegment, type SealOptions } from './seal.ts';

export interface SealerOptions extends SealOptions {
  /** Role `owner`. */
  readonly db: Db;
  readonly onError: (message: string) => void;
  /** Between two looks at a log of which all is sealed. Default `SEAL_EVERY_MS`. */
  readonly everyMs?: number;
}

export interface Sealer {
  start(): void;
  /** Ends after the segment in hand. Can be called twice. */
  stop(): Promise<void>;
}

/** Together with `SEAL_AGE_MS` well below the minute within which a row is sealed. */
export const SEAL_EVERY_MS = 10_000;
const BUSY_MS = 1_000;

/**
 * Seals the log for as long as the process lives. Several processes do no harm: one seals at a time. By a timer and not
 * by the queue's clock, whose minute is all the time that there is.
 */
export function createSealer(o: SealerOptions): Sealer {
  const everyMs = o.everyMs ?? SEAL_EVERY_MS;
  const stopping = new AbortController();
  let loop: Promise<void> | undefined;

  const pause = async (ms: number): Promise<void> => {
    await sleep(ms, undefined, { signal: stopping.signal }).catch((e: unknown) => {
      if (!stopping.signal.aborted) throw e;
    });
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const started = performance.now();
      try {
        const done = await sealSegment(o.db, o);
        // A log of years is sealed beside everything else: half of the time is theirs.
        if (done === 'sealed') await pause(performance.now() - started);
        else await pause(done === 'busy' ? BUSY_MS : everyMs);
      } catch (e) {
        o.onError(`the log is not sealed: ${messageOf(e)}`);
        await pause(everyMs);
      }
    }
  };

  return {
    start() {
      if (!stopping.signal.aborted) loop ??= run();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
