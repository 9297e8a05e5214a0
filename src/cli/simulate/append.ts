import { randomUUID } from 'node:crypto';
import { setImmediate, setTimeout } from 'node:timers/promises';

import { appendHits, type AppendedHits } from '../../log/append-hits.ts';
import type { NewHit } from '../../log/hit.ts';
import type { Db } from '../../platform/database.ts';
import { watchPartitions } from './watch-partitions.ts';

const BATCH = 5000;
/**
 * One waits for the log's lock, sent and parsed, while the other is stored; else the database would rest while a batch
 * is put into words. It comes second, as it was sent later by all the time that it took to make.
 */
const BATCHES_UNDER_WAY = 2;
/** Hits made between two looks at the socket. */
const SLICE = 250;
const TRIES = 12;

export interface AppendOptions {
  db: Db;
  hits: Iterable<NewHit>;
  /** Ends after the batches that are on their way. */
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
 * Appends hits in their order, in durable batches: while one commits, the next are made. A batch whose outcome is
 * unknown, as the connection was lost, is sent again under the same id, so that nothing is there twice.
 */
export async function appendTraffic(o: AppendOptions): Promise<AppendResult> {
  const source = o.hits[Symbol.iterator]();
  const partitions = await watchPartitions(o.db);
  const result: AppendResult = { appended: 0, rejected: 0 };
  const send = async (batch: readonly NewHit[]): Promise<void> => {
    const { lastPosition, rejected } = await appendOnce(o.db, batch);
    partitions.moveTo(lastPosition);
    result.appended += batch.length - rejected.length;
    result.rejected += rejected.length;
    o.onProgress?.(result.appended, batch.at(-1)?.occurredAt ?? 0);
  };
  const underWay: Promise<void>[] = [];
  for (let batch = await take(source); batch.length > 0; batch = await take(source)) {
    if (o.signal?.aborted === true) break;
    await partitions.makeRoom(BATCHES_UNDER_WAY * BATCH);
    const sent = send(batch);
    sent.catch(() => undefined); // awaited below, but perhaps after it failed
    underWay.push(sent);
    if (underWay.length === BATCHES_UNDER_WAY) await underWay.shift();
  }
  await Promise.all(underWay);
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
