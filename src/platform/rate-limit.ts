import { LRUCache } from 'lru-cache';

/** How much somebody may ask: `burst` at once, and `perSecond` for as long as they like. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** The limits of a process. null: none. */
export interface RateLimits {
  /** Hits of one address. */
  readonly client: Rate | null;
  /** Hits of one site. */
  readonly site: Rate | null;
  /** Requests of one identity to the rest of the API; of those without any, of one address. */
  readonly admin: Rate | null;
}

/**
 * What a page's visitors cannot reach, however many they are behind one address, and what keeps one sender or one
 * site from taking the whole process. docs/operating.md has the reasons.
 */
export const DEFAULT_LIMITS: RateLimits = {
  client: { perSecond: 50, burst: 200 },
  site: { perSecond: 2_000, burst: 10_000 },
  admin: { perSecond: 100, burst: 500 },
};

/** Counts what each key takes. Answers are whole seconds, at least 1, or 0 for "now". */
export interface RateLimit {
  /**
   * Takes one, or so many at once. 0: they may pass; else nothing was taken, and after that many seconds they may pass.
   * More than a burst pass when nothing has been taken, and what comes after them waits for all of them.
   */
  take(key: string | number, count?: number): number;
  /** What `take` would answer, without taking. */
  wait(key: string | number, count?: number): number;
}

/** Milliseconds that never go back, from anywhere: a clock that is set must neither lock out nor let in. */
export type MonotonicClock = () => number;

export const monotonicClock: MonotonicClock = () => performance.now();

/** Some 20 MB at most. Who is pushed out by more others than that begins anew, so that it errs on letting in. */
const MAX_KEYS = 100_000;

const UNLIMITED: RateLimit = { take: () => 0, wait: () => 0 };

/**
 * The generic cell rate algorithm: a token bucket that keeps one number a key, the moment at which it will be full
 * again. A look-up and some arithmetic, no timer.
 *
 * @param rate null: everything passes
 */
export function rateLimit(rate: Rate | null, clock = monotonicClock, maxKeys = MAX_KEYS): RateLimit {
  if (rate === null) return UNLIMITED;
  const interval = 1_000 / rate.perSecond;
  const buckets = new LRUCache<string | number, { fullAt: number }>({ max: maxKeys });

  /** How far in the future the bucket's being full may lie for so many more to pass. */
  const tolerance = (count: number): number => (rate.burst - Math.min(count, rate.burst)) * interval;

  // A hair of tolerance, as sums of fractions of a millisecond are not exact.
  const secondsUntil = (fullAt: number, now: number, count: number): number => {
    const early = fullAt - now - tolerance(count);
    return early <= 1e-6 ? 0 : Math.ceil(early / 1_000 - 1e-9);
  };
  return {
    take(key, count = 1) {
      const now = clock();
      const bucket = buckets.get(key);
      if (bucket === undefined) {
        buckets.set(key, { fullAt: now + count * interval });
        return 0;
      }
      const fullAt = Math.max(bucket.fullAt, now);
      const seconds = secondsUntil(fullAt, now, count);
      if (seconds === 0) bucket.fullAt = fullAt + count * interval;
      return seconds;
    },
    wait(key, count = 1) {
      const bucket = buckets.get(key);
      return bucket === undefined ? 0 : secondsUntil(bucket.fullAt, clock(), count);
    },
  };
}
