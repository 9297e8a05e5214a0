import { addDays, localDayHour, startOfLocalDay } from '../../domain/local-time.ts';
import { saltEnd } from './salt-cache.ts';

/**
 * Since when a hit may have happened to be counted now, in epoch ms: the beginning of the site's yesterday. In the last
 * hour of a day of 25 yesterday's salt is gone already, and with another one its visitors would be others: then it is
 * the beginning of today.
 */
export function oldestTime(now: number, timezone: string): number {
  const { day: today } = localDayHour(now, timezone);
  const yesterday = addDays(today, -1);
  return startOfLocalDay(saltEnd(yesterday, timezone) > now ? yesterday : today, timezone);
}
