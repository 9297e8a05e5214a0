import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { sql } from 'kysely';
import { addDays, localDayHour, startOfLocalDay } from '../../../domain/local-time.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Db } from '../../../platform/database.ts';
import type { DirectorySite } from '../site-directory.ts';

const DAY_MS = 86_400_000;
/** Days of sites that are kept in mind; a log is in order of time, mostly. */
const KEPT = 5_000;
/** "Not tracked" of a day that may still become so is asked again after this. */
const ASK_AGAIN_MS = 1_000;

/** A site's local day, for lines of its access log. */
export interface SiteDay {
  readonly site: DirectorySite;
  readonly day: string;
  /** Its pages or servers send hits themselves: see `isTracked`. Null: lines count all the same, as they were told to. */
  tracked: boolean | null;
  askedAt: number;
  /** Drawn when the first line needs it, and forgotten when it is destroyed. */
  salt: Buffer | null;
  saltExpiresAt: number;
}

export interface DayBook {
  /** At once, whatever is known of it. */
  of(site: DirectorySite, day: string): SiteDay;
  /** Finds out what lines of these days have to know: whether to count them, and if so, the salt. */
  prepare(days: Iterable<SiteDay>): Promise<void>;
  /** Forgets salts whose time is over. */
  purge(): void;
}

/** @param isBeside lines count also on days on which the site counts itself */
export function dayBook(db: Db, clock: Clock, isBeside: boolean): DayBook {
  const kept = new LRUCache<string, SiteDay>({ max: KEPT });
  let last: SiteDay | undefined;

  const isSettled = ({ site, day, askedAt }: SiteDay): boolean =>
    askedAt > 0 && (day < liveFrom(site, clock()) || performance.now() - askedAt < ASK_AGAIN_MS);

  return {
    of(site, day) {
      if (last?.day === day && last.site === site) return last;
      const key = `${site.siteId} ${day}`;
      let found = kept.get(key);
      // Another object is the site with other settings, but the day and its salt are the same.
      if (found !== undefined && found.site !== site) found = { ...found, site };
      found ??= { site, day, tracked: isBeside ? null : false, askedAt: 0, salt: null, saltExpiresAt: 0 };
      kept.set(key, found);
      return (last = found);
    },
    async prepare(days) {
      const all = [...days];
      const open = isBeside ? [] : all.filter((one) => one.tracked === false && !isSettled(one));
      const asked = performance.now();
      const tracked = await readTracked(db, open);
      for (const one of open) {
        one.tracked = tracked.has(`${one.site.siteId} ${one.day}`);
        one.askedAt = asked;
      }
      for (const one of all) {
        if (one.tracked !== true && (one.salt === null || one.saltExpiresAt <= clock())) await drawSalt(db, one, clock());
      }
    },
    purge() {
      const now = clock();
      for (const one of kept.values()) if (one.saltExpiresAt <= now) one.salt = null;
    },
  };
}

/** The first day of the site whose salt lives by itself: its yesterday. */
function liveFrom(site: DirectorySite, now: number): string {
  return addDays(localDayHour(now, site.timezone).day, -1);
}

/**
 * A site counts itself on days on which it sent hits, and on the day after each: before the first hit of a day, which
 * may come late, lines would count that are left out a minute after.
 */
async function readTracked(db: Db, days: readonly SiteDay[]): Promise<Set<string>> {
  if (days.length === 0) return new Set();
  const { rows } = await sql<{ site_id: number; day: string }>`
    select x.site_id, x.day::text as day
    from unnest(${days.map(({ site }) => site.siteId)}::int[], ${days.map(({ day }) => day)}::date[]) x(site_id, day)
    where exists (select from tracked_days t where t.site_id = x.site_id and t.day in (x.day, x.day - 1))`.execute(db);
  return new Set(rows.map((row) => `${row.site_id} ${row.day}`));
}

/**
 * Of today and yesterday it is the salt of the hits that are sent, so that a person is one visitor by both ways. Of an
 * older day, whose salt is gone, one of its own, for 24 hours from now: the parts of a day in several files are read
 * by the same, and nobody can tell its visitors by their addresses the day after.
 */
async function drawSalt(db: Db, siteDay: SiteDay, now: number): Promise<void> {
  const { site, day } = siteDay;
  const isLive = day >= liveFrom(site, now);
  const expiresAt = (isLive ? startOfLocalDay(addDays(day, 1), site.timezone) : now) + DAY_MS;
  const { rows } = await sql<{ salt: Buffer }>`
    select salt_for_log_file(${site.siteId}, ${day}::date, ${randomBytes(32)}::bytea, ${new Date(expiresAt)}) as salt`.execute(
    db,
  );
  const salt = rows[0]?.salt;
  if (salt === undefined) throw new Error(`no salt for site ${site.siteId} on ${day}`);
  siteDay.salt = salt;
  siteDay.saltExpiresAt = expiresAt;
}
