import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../platform/database.ts';
import { countParked, readServing } from '../../projections/engine/status.read.ts';
import { roundedLag } from '../meta.ts';

export interface Readiness {
  readonly status: 'ok' | 'unavailable';
  readonly database: 'ok' | 'down';
  readonly projections: 'ok' | 'missing' | 'unknown';
  /** Seconds since the figures were at the head of the log; null where that is not known. */
  readonly lag_seconds: number | null;
  /** Hits that could not be folded. They alarm, as the lag does, but the figures can be served. */
  readonly parked: number | null;
}

/** Longer than a busy database takes for two look-ups, shorter than whoever asks (an orchestrator) waits. */
const PATIENCE_MS = 2_000;

const DOWN: Readiness = {
  status: 'unavailable',
  database: 'down',
  projections: 'unknown',
  lag_seconds: null,
  parked: null,
};

/** Asks once at a time: probes of a database that hangs must not take the pool's connections one after the other. */
export function createReadinessProbe(db: Db): () => Promise<Readiness> {
  let asking: Promise<Readiness> | undefined;
  return async () => {
    asking ??= askDatabase(db).finally(() => (asking = undefined));
    const patience = new AbortController();
    const tooLate = sleep(PATIENCE_MS, DOWN, { signal: patience.signal, ref: false }).catch(() => DOWN);
    const answer = await Promise.race([asking, tooLate]);
    patience.abort();
    return answer;
  };
}

async function askDatabase(db: Db): Promise<Readiness> {
  try {
    const serving = await readServing(db);
    const here = serving !== null;
    return {
      status: here ? 'ok' : 'unavailable',
      database: 'ok',
      projections: here ? 'ok' : 'missing',
      lag_seconds: roundedLag(serving?.lagSeconds ?? null),
      parked: await countParked(db),
    };
  } catch {
    // Whatever the reason is, it is told where the connection was lost; here it is the answer.
    return DOWN;
  }
}
