import { HITS_PER_PARTITION } from '../../log/partitions.ts';
import type { NewHit } from '../../log/hit.ts';
import { recordBatch, type HitOutcome, type RecordBatchOptions } from './record-batch.ts';

export type { HitOutcome } from './record-batch.ts';

export interface HitQueueOptions extends RecordBatchOptions {
  /** Hits in one append. More would be a long transaction, for no gain. Default 1,000. */
  maxBatch?: number;
  /** Hits that may wait. Default 20,000. */
  maxHits?: number;
  /** Their size in memory, roughly. Default 64 MB. */
  maxBytes?: number;
  /** How long a batch is tried. Default 10,000. */
  patienceMs?: number;
}

export interface HitQueue {
  /** Resolves once the hit's fate is known: after COMMIT, or at once where there is no room. Never rejects. */
  add(hit: NewHit): Promise<HitOutcome>;
  /** Hits that were added and are not answered yet. */
  depth(): number;
  /**
   * Takes no more hits and resolves once the others are answered. After `limitMs` (default 4,000: a server has ten
   * seconds to stop, and more to do) the rest is answered `overloaded`. Can be called twice.
   */
  drain(limitMs?: number): Promise<void>;
}

interface Waiting {
  readonly hit: NewHit;
  readonly bytes: number;
  readonly answer: (outcome: HitOutcome) => void;
}

const OVERLOADED: Promise<HitOutcome> = Promise.resolve('overloaded');

/**
 * Group commit by natural batching: one batch is in flight, hits queue while it is committed, and the next batch leaves
 * the moment the commit returns. Nothing lingers for company: 2 ms of that cost a third of the throughput.
 *
 * Once a batch was given up everybody who waits is answered, and until an append succeeds again only one hit at a time
 * is let in, to try.
 */
export function hitQueue(o: HitQueueOptions): HitQueue {
  const { maxBatch = 1_000, maxHits = 20_000, maxBytes = 64 * 1024 * 1024, patienceMs = 10_000 } = o;
  const unanswered = new Set<Waiting>();
  let waiting: Waiting[] = [];
  let bytes = 0;
  let running = false;
  let down = false;
  let closed = false;
  let idle = Promise.withResolvers<void>();
  let ensuredPartition = -1n;

  const settle = (one: Waiting, outcome: HitOutcome): void => {
    if (!unanswered.delete(one)) return;
    bytes -= one.bytes;
    one.answer(outcome);
  };

  const settleAll = (some: readonly Waiting[], outcomes: readonly HitOutcome[]): void => {
    some.forEach((one, i) => settle(one, outcomes[i] ?? 'overloaded'));
  };

  const take = (): Waiting[] => {
    const batch = waiting.length <= maxBatch ? waiting : waiting.slice(0, maxBatch);
    waiting = waiting.length <= maxBatch ? [] : waiting.slice(maxBatch);
    return batch;
  };

  const onAppended: RecordBatchOptions['onAppended'] = (appended, hits, seconds) => {
    o.onAppended(appended, hits, seconds);
    if (appended.lastPosition !== null) prepareBeyond(appended.lastPosition);
  };

  /** Once a partition, so that those ahead stand long before they are needed. */
  const prepareBeyond = (position: bigint): void => {
    const partition = position / BigInt(HITS_PER_PARTITION);
    if (partition === ensuredPartition) return;
    ensuredPartition = partition;
    o.ensurePartitions().catch((e: unknown) => {
      ensuredPartition = -1n; // again after the next append
      o.log.error({ err: e }, 'the next partitions of the log could not be made');
    });
  };

  const recording: RecordBatchOptions = { ...o, onAppended };
  const record = (batch: readonly Waiting[]): Promise<HitOutcome[]> => {
    const hits = batch.map((one) => one.hit);
    return recordBatch(hits, performance.now() + patienceMs, recording);
  };

  const run = async (): Promise<void> => {
    let batch = take();
    let inFlight = record(batch);
    while (batch.length > 0) {
      const outcomes = await inFlight;
      down = outcomes.includes('overloaded');
      if (down) {
        settleAll(waiting, []);
        waiting = [];
      }
      const [done, next] = [batch, take()];
      if (next.length > 0) {
        inFlight = record(next);
        // The database works on the next batch while these answers are written, which takes as long.
        setImmediate(settleAll, done, outcomes);
      } else settleAll(done, outcomes);
      batch = next;
    }
    running = false;
    idle.resolve();
  };

  return {
    add(hit) {
      const size = bytesOf(hit);
      const noRoom = unanswered.size >= maxHits || bytes + size > maxBytes;
      if (closed || noRoom || (down && unanswered.size > 0)) return OVERLOADED;
      const added = new Promise<HitOutcome>((answer) => {
        const one = { hit, bytes: size, answer };
        waiting.push(one);
        unanswered.add(one);
      });
      bytes += size;
      if (!running) {
        running = true;
        idle = Promise.withResolvers();
        // All that arrived with it leave with it.
        setImmediate(() => void run());
      }
      return added;
    },
    depth: () => unanswered.size,
    async drain(limitMs = 4_000) {
      closed = true;
      if (!running) return;
      const timer = setTimeout(() => idle.resolve(), limitMs);
      await idle.promise;
      clearTimeout(timer);
      settleAll([...unanswered], []);
    },
  };
}

/** What it takes in memory, roughly: two bytes a character at worst, and the object. */
function bytesOf(hit: NewHit): number {
  const texts =
    hit.hostname.length +
    hit.pathname.length +
    (hit.query?.length ?? 0) +
    (hit.referrer?.length ?? 0) +
    (hit.name?.length ?? 0) +
    (hit.props?.length ?? 0) +
    (hit.vitals?.length ?? 0) +
    (hit.revenue?.length ?? 0);
  return 400 + 2 * texts;
}
