import { readHead } from '../../log/head.ts';
import type { Tx } from '../../platform/database.ts';

/** More than so many hits a second are traffic, before which a rebuild yields. */
const BUSY_HITS_A_SECOND = 50;
/** A look sooner than this says nothing. */
const LOOK_MS = 400;
/** Beside traffic a chunk is followed by a rest of so many times its own length. */
const REST = 1.5;
/** A chunk that took long is no reason to stand still for long. */
const LONGEST_REST_MS = 5_000;

export interface Traffic {
  /** Looks at the log, now and then. */
  look(tx: Tx): Promise<void>;
  /** Null: not known yet. */
  isBusy(): boolean | null;
  /** How long to rest after so many milliseconds of work. */
  restAfter(milliseconds: number): number;
}

/** What goes on beside a rebuild, by how fast the log grows. */
export function watchTraffic(now: () => number = () => performance.now()): Traffic {
  let last: { at: number; head: bigint } | undefined;
  let busy: boolean | null = null;
  return {
    async look(tx) {
      const at = now();
      if (last !== undefined && at - last.at < LOOK_MS) return;
      const head = await readHead(tx);
      if (last !== undefined) busy = (Number(head - last.head) * 1000) / (at - last.at) > BUSY_HITS_A_SECOND;
      last = { at, head };
    },
    isBusy: () => busy,
    restAfter: (milliseconds) => (busy === true ? Math.min(milliseconds * REST, LONGEST_REST_MS) : 0),
  };
}
