import { localDayHour } from '../domain/local-time.ts';
import { parsePeriod, type Period } from '../domain/period.ts';
import { InvalidInput } from '../platform/errors.ts';

/** As answers show it. */
export interface PublishedPeriod {
  readonly from: string;
  readonly to: string;
  readonly timezone: string;
}

/**
 * The days that `?period=` means at a site now.
 * @throws InvalidInput for a text that is none
 */
export function periodOfSite(text: string, site: { readonly timezone: string }, now: number): Period {
  const period = parsePeriod(text, localDayHour(now, site.timezone).day);
  if ('error' in period) {
    throw new InvalidInput(`period ${period.error}.`, [{ pointer: '/period', detail: period.error }]);
  }
  return period;
}

export function publishedPeriod(period: Period, site: { readonly timezone: string }): PublishedPeriod {
  return { from: period.from, to: period.to, timezone: site.timezone };
}
