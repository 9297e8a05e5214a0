import { Unavailable } from '../../platform/errors.ts';
import { ANSWER_MS, inTime } from './in-time.ts';

export interface BatchedLookupOptions<Key, Value> {
  /** What it looks up, for an error's message. */
  what: string;
  /** Answers for all keys; called with each key once, never while the last call still runs. */
  load: (keys: Key[]) => Promise<ReadonlyMap<Key, Value>>;
  /** Keys in one call. */
  maxKeys: number;
  /** Keys that may wait; beyond them a request is refused at once. */
  maxWaiting: number;
}

/**
 * Looks keys up in the database: those that are asked for while a call runs go together in the next one, so that a
 * flood of new keys costs a call per round trip and not one each.
 *
 * @returns a function that rejects with `Unavailable` when the database does not answer, or not in time
 */
export function batchedLookup<Key, Value>(o: BatchedLookupOptions<Key, Value>): (key: Key) => Promise<Value> {
  const waiting = new Map<Key, PromiseWithResolvers<Value>>();
  let running = false;

  const run = async (): Promise<void> => {
    running = true;
    while (waiting.size > 0) {
      const batch = [...waiting].slice(0, o.maxKeys);
      for (const [key] of batch) waiting.delete(key);
      try {
        const found = await inTime(o.load(batch.map(([key]) => key)), ANSWER_MS);
        for (const [key, { resolve, reject }] of batch) {
          const value = found.get(key);
          if (value === undefined) reject(unavailable(o.what, new Error('no answer for a key')));
          else resolve(value);
        }
      } catch (e) {
        for (const [, { reject }] of batch) reject(unavailable(o.what, e));
      }
    }
    running = false;
  };

  return (key) => {
    const asked = waiting.get(key);
    if (asked !== undefined) return asked.promise;
    if (waiting.size >= o.maxWaiting) return Promise.reject(unavailable(o.what));
    const deferred = Promise.withResolvers<Value>();
    waiting.set(key, deferred);
    if (!running) void run();
    return deferred.promise;
  };
}

function unavailable(what: string, cause?: unknown): Unavailable {
  return new Unavailable('log_unavailable', `${what} cannot be looked up now`, 1, { cause });
}
