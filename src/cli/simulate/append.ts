import { randomUUID } from 'node:crypto';
import { setImmediate, setTimeout } from 'node:timers/promises';

import { appendHits, type AppendedHits } from '../../log/append-hits.ts';
import type { NewHit } from '../../log/hit.ts';
import type { Db } from '../../platform/database.ts';
import { watchPartitions } from './watch-partitions.ts';

const BATCH = 5000;
/** Hits made between two looks at the socket. */
const SLICE = 250;
const TRIES = 12;

export interface AppendOptions {
  db: Db;
  hits: Iterable<NewHit>;
  /** Ends after the batch that is on its way. */
  signal?: AbortSignal | undefined;
  /** After each commit: hits appended so far, and when the last of them happened (epoch ms). */
  onProgress?: (appended: number, reached: number) => void;
}

export interface AppendResult {
  appended: number;
  /** Hits of sites that are not there any more. */
  rejected: number;
}

/**
 * Appends hits in their order, in durable batches: while one commits, the next is made. A batch whose outcome is
 * unknown, as the connection was lost, is sent again under the same id, so that nothing is there twice.
 */
export async function appendTraffic(o: AppendOptions): Promise<AppendResult> {
  const source = o.hits[Symbol.iterator]();
  const partitions = await watchPartitions(o.db);
  const result: AppendResult = { appended: 0, rejected: 0 };
  let batch = await take(source);
  while (batch.length > 0 && o.signal?.aborted !== true) {
    await partitions.makeRoom(batch.length);
    const committed = appendOnce(o.db, batch);
    const [outcome, next] = await Promise.all([committed, take(source)]);
    partitions.moveTo(outcome.lastPosition);
    result.appended += batch.length - outcome.rejected.length;
    result.rejected += outcome.rejected.length;
    o.onProgress?.(result.appended, batch.at(-1)?.occurredAt ?? 0);
    batch = next;
  }
  return result;
}

/** In slices, so that the statement on its way can leave: a socket takes but part of a batch at once. */
async function take(source: Iterator<NewHit>): Promise<NewHit[]> {
  const batch: NewHit[] = [];
  while (batch.length < BATCH) {
    const hit = source.next();
    if (hit.done === true) break;
    batch.push(hit.value);
    if (batch.length % SLICE === 0) await setImmediate();
  }
  return batch;
}

async function appendOnce(db: Db, batch: readonly NewHit[]): Promise<AppendedHits> {
  const id = randomUUID();
  for (let attempt = 1; ; attempt++) {
    try {
      return await appendHits(db, id, batch);
    } catch (e) {
      if (attempt === TRIES || isFinal(e)) throw e;
      await setTimeout(Math.min(2000, 100 * 2 ** attempt));
    }
  }
}

/** SQLSTATE classes of what would fail again: bad data, a broken rule, no right to it, a bug. */
function isFinal(thrown: unknown): boolean {
  const { code } = thrown as { code?: unknown };
  return typeof code === 'string' && /^(?:0A|2|42|AN|P0|XX)[0-9A-Z]{3,4}$/.test(code);
}
