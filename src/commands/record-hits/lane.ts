import { Unavailable } from '../../platform/errors.ts';

export interface Lane {
  /** Runs it when those before it are done. @throws Unavailable where too many wait, and once it is closed */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Takes nothing more, and resolves when all that waits is done. */
  close(): Promise<void>;
}

/** One at a time. */
export function lane(maxWaiting: number): Lane {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let closed = false;
  return {
    run<T>(work: () => Promise<T>): Promise<T> {
      if (closed || waiting >= maxWaiting) {
        return Promise.reject(new Unavailable('log_unavailable', 'Too many batches wait. Try again later.', 1));
      }
      waiting += 1;
      const done = last.then(work).finally(() => (waiting -= 1));
      last = done.catch(() => undefined); // told to who waits for it
      return done;
    },
    async close() {
      closed = true;
      await last;
    },
  };
}
