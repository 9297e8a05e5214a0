import { addDays, startOfLocalDay } from '../../domain/local-time.ts';
import { saltFor } from '../../log/salts.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { Unavailable } from '../../platform/errors.ts';
import { ANSWER_MS, inTime } from './in-time.ts';

const DAY_MS = 86_400_000;

/** Days of a site that are kept: hits come of today, batches of yesterday too. The oldest makes room. */
const DAYS = 3;

interface Kept {
  readonly expiresAt: number;
  salt: Buffer | Promise<Buffer>;
}

export interface SaltCache {
  /** The salt of a site's local day; at once where it is known. Rejects with `Unavailable`. */
  get(site: { siteId: number; timezone: string }, day: string): Buffer | Promise<Buffer>;
  /** Forgets salts whose time is over. */
  purge(): void;
}

/** When the salt of a local day is destroyed: 24 hours of time after that day ended at the site. In epoch ms. */
export function saltEnd(day: string, timezone: string): number {
  return startOfLocalDay(addDays(day, 1), timezone) + DAY_MS;
}

/** Keeps the salts of the last days of each site. */
export function saltCache(db: Db, clock: Clock): SaltCache {
  const kept = new Map<number, Map<string, Kept>>();

  const daysOf = (siteId: number): Map<string, Kept> => {
    const days = kept.get(siteId) ?? new Map<string, Kept>();
    kept.set(siteId, days);
    return days;
  };

  const enter = (days: Map<string, Kept>, day: string, entry: Kept): void => {
    days.set(day, entry);
    if (days.size <= DAYS) return;
    const oldest = [...days.keys()].sort()[0];
    if (oldest !== undefined) days.delete(oldest);
  };

  const load = async (siteId: number, day: string, entry: Kept): Promise<Buffer> => {
    try {
      return (entry.salt = await inTime(saltFor(db, siteId, day, new Date(entry.expiresAt)), ANSWER_MS));
    } catch (e) {
      const days = kept.get(siteId);
      if (days?.get(day) === entry) days.delete(day); // the next hit asks again
      throw new Unavailable('log_unavailable', 'The salt of the day cannot be had now', 1, { cause: e });
    }
  };

  return {
    get(site, day) {
      const known = kept.get(site.siteId)?.get(day);
      if (known !== undefined) return known.salt;
      // Entered before `load` runs on, which replaces the promise by the salt.
      const deferred = Promise.withResolvers<Buffer>();
      const entry: Kept = { expiresAt: saltEnd(day, site.timezone), salt: deferred.promise };
      enter(daysOf(site.siteId), day, entry);
      load(site.siteId, day, entry).then(deferred.resolve, deferred.reject);
      return deferred.promise;
    },
    purge() {
      const now = clock();
      for (const [siteId, days] of kept) {
        for (const [day, { expiresAt }] of days) if (expiresAt <= now) days.delete(day);
        if (days.size === 0) kept.delete(siteId);
      }
    },
  };
}
