import { setTimeout as sleep } from 'node:timers/promises';
import type { AppendedHits } from '../../log/append-hits.ts';
import type { NewHit } from '../../log/hit.ts';
import type { Logger } from '../../platform/logger.ts';
import { appendFailure } from './append-failure.ts';
import { inTime } from './in-time.ts';

/**
 * - `recorded`: committed.
 * - `site_gone`: its site was deleted before the append.
 * - `refused`: the database does not take this row.
 * - `overloaded`: not stored, or nobody knows.
 */
export type HitOutcome = 'recorded' | 'site_gone' | 'refused' | 'overloaded';

export interface RecordBatchOptions {
  /** Resolves after COMMIT; the same id answers the first result. */
  record: (batchId: string, hits: readonly NewHit[]) => Promise<AppendedHits>;
  ensurePartitions: () => Promise<unknown>;
  newBatchId: () => string;
  /** Of each append that was committed, in order. */
  onAppended: (appended: AppendedHits, hits: number, seconds: number) => void;
  log: Pick<Logger, 'warn' | 'error'>;
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

/**
 * Appends a batch and says of each hit what became of it. Never rejects.
 *
 * While the server is away, or the connection was lost at COMMIT, the same batch id is sent again until `deadline`
 * (of `performance.now()`): it answers what the first attempt did. A batch with a bad row is halved, with new ids,
 * until the row fails alone.
 */
export async function recordBatch(
  hits: readonly NewHit[],
  deadline: number,
  o: RecordBatchOptions,
): Promise<HitOutcome[]> {
  const batchId = o.newBatchId();
  let partitionsEnsured = false;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      const started = performance.now();
      const appended = await inTime(o.record(batchId, hits), deadline - started);
      o.onAppended(appended, hits.length - appended.rejected.length, (performance.now() - started) / 1000);
      return outcomesOf(hits.length, appended);
    } catch (e) {
      let failure = appendFailure(e);
      if (failure === 'no_partition') {
        if (partitionsEnsured) failure = 'data';
        else partitionsEnsured = await ensured(o, deadline);
      }
      if (failure === 'data') return apart(hits, deadline, e, o);
      if (partitionsEnsured && failure === 'no_partition') continue;
      if (performance.now() + wait >= deadline) {
        o.log.error({ err: e, hits: hits.length }, 'the log cannot be written: hits are answered 503');
        return hits.map(() => 'overloaded');
      }
      if (wait === FIRST_WAIT_MS) o.log.warn({ err: e }, 'an append failed and is tried again');
      await sleep(wait);
    }
  }
}

function outcomesOf(count: number, appended: AppendedHits): HitOutcome[] {
  const outcomes = Array<HitOutcome>(count).fill('recorded');
  for (const index of appended.rejected) outcomes[index] = 'site_gone';
  return outcomes;
}

async function apart(
  hits: readonly NewHit[],
  deadline: number,
  cause: unknown,
  o: RecordBatchOptions,
): Promise<HitOutcome[]> {
  if (hits.length === 1) {
    o.log.error({ err: cause, site_id: hits[0]?.siteId }, 'the database does not take a hit: it is refused');
    return ['refused'];
  }
  const middle = hits.length >> 1;
  const first = await recordBatch(hits.slice(0, middle), deadline, o);
  return [...first, ...(await recordBatch(hits.slice(middle), deadline, o))];
}

async function ensured(o: RecordBatchOptions, deadline: number): Promise<boolean> {
  try {
    await inTime(o.ensurePartitions(), deadline - performance.now());
    return true;
  } catch (e) {
    o.log.error({ err: e }, 'no partition could be made for the next hits');
    return false;
  }
}
