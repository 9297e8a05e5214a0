import { addDays, startOfLocalDay } from '../../domain/local-time.ts';
import { saltFor } from '../../log/salts.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { Unavailable } from '../../platform/errors.ts';
import { ANSWER_MS, inTime } from './in-time.ts';

const DAY_MS = 86_400_000;

interface Kept {
  readonly day: string;
  readonly expiresAt: number;
  readonly salt: Buffer | Promise<Buffer>;
}

export interface SaltCache {
  /** The salt of a site's current local day; at once where it is known. Rejects with `Unavailable`. */
  get(site: { siteId: number; timezone: string }, day: string): Buffer | Promise<Buffer>;
  /** Forgets salts whose time is over. A site that is visited anew each day needs no such call. */
  purge(): void;
}

/** Keeps one salt a site, the last asked for: live hits are of today. */
export function saltCache(db: Db, clock: Clock): SaltCache {
  const kept = new Map<number, Kept>();

  const load = async (siteId: number, day: string, expiresAt: number): Promise<Buffer> => {
    try {
      const salt = await inTime(saltFor(db, siteId, day, new Date(expiresAt)), ANSWER_MS);
      if (kept.get(siteId)?.day === day) kept.set(siteId, { day, expiresAt, salt });
      return salt;
    } catch (e) {
      kept.delete(siteId); // the next hit asks again
      throw new Unavailable('log_unavailable', 'The salt of the day cannot be had now', 1, { cause: e });
    }
  };

  return {
    get(site, day) {
      const known = kept.get(site.siteId);
      if (known?.day === day) return known.salt;
      const expiresAt = startOfLocalDay(addDays(day, 1), site.timezone) + DAY_MS;
      // Entered before `load` runs on, which replaces the promise by the salt.
      const deferred = Promise.withResolvers<Buffer>();
      kept.set(site.siteId, { day, expiresAt, salt: deferred.promise });
      load(site.siteId, day, expiresAt).then(deferred.resolve, deferred.reject);
      return deferred.promise;
    },
    purge() {
      const now = clock();
      for (const [siteId, { expiresAt }] of kept) if (expiresAt <= now) kept.delete(siteId);
    },
  };
}
