import { setTimeout as sleep } from 'node:timers/promises';

import { messageOf } from '../errors.ts';
import type { Postmaster } from './postmaster.ts';

export interface SupervisorOptions {
  first: Postmaster;
  start: () => Promise<Postmaster>;
  /** The server died and is back: connections are lost, what was committed is there. */
  onRestart: () => void;
  log: (line: string) => void;
  /** Default: a timer. */
  pause?: (ms: number) => Promise<unknown>;
}

export interface Supervisor {
  current(): Postmaster;
  /** Watches no longer. Waits for a start that is under way. */
  stop(): Promise<void>;
}

/** Before the first new start; doubles with each that fails or does not last. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;
/** A server that lived this long died of something new. */
const STABLE_MS = 60_000;

/** Starts the server again whenever it dies, until stopped. */
export function supervise(o: SupervisorOptions): Supervisor {
  const pause = o.pause ?? ((ms: number) => sleep(ms, undefined, { ref: false }));
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  let current = o.first;

  const watch = async (): Promise<void> => {
    let wait = FIRST_WAIT_MS;
    for (;;) {
      const since = Date.now();
      await Promise.race([current.gone, stopped]);
      if (stopping.signal.aborted) return;
      if (Date.now() - since > STABLE_MS) wait = FIRST_WAIT_MS;
      o.log(`PostgreSQL, process ${current.pid}, ended unasked: starting it again`);
      for (let back = false; !back; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
        await Promise.race([pause(wait), stopped]);
        if (stopping.signal.aborted) return;
        back = await restart();
      }
    }
  };

  const restart = async (): Promise<boolean> => {
    try {
      current = await o.start();
    } catch (e) {
      o.log(`PostgreSQL did not start: ${messageOf(e)}`);
      return false;
    }
    o.log(`PostgreSQL is back, process ${current.pid}`);
    o.onRestart();
    return true;
  };

  const watching = watch();
  return {
    current: () => current,
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}
