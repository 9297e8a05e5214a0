import type { GivenHit, HitOptions } from '../given.ts';
import type { BreakdownRow, Metric } from './breakdown.ts';
import { rowsOf, type LogRow } from './log-row.ts';
import { recount, type Recount } from './oracle.ts';
import type { Rules } from './rules.ts';

/** For examples that are worked out by hand. The rules are toys: what a bot is, is told elsewhere. */
export const toyRules: Rules = {
  counts: (row) => row.verdict === null && row.user_agent !== 'bot' && row.referrer !== 'https://spam.example',
  agent: (row) => ({
    browser: row.user_agent,
    os: row.user_agent === 'Safari' ? 'iOS' : null,
    device: (row.width ?? 0) < 768 ? 'mobile' : 'desktop',
  }),
  source: (row) => {
    const utm = new URLSearchParams(row.query ?? '');
    return {
      source: utm.get('utm_source') ?? row.referrer,
      channel: row.referrer === null ? 'Direct' : 'Referral',
      utmSource: utm.get('utm_source'),
      utmMedium: utm.get('utm_medium'),
      utmCampaign: utm.get('utm_campaign'),
      utmTerm: utm.get('utm_term'),
      utmContent: utm.get('utm_content'),
    };
  },
};

export const SITE = { siteId: 7, timezone: 'UTC' };
const DAY = '2026-03-02';

/** `at('9:00')` of the day of most examples, `at('0:10', '2026-03-03')` of another. */
export function at(clock: string, day = DAY): { at: string } {
  return { at: `${day}T${clock.padStart(clock.includes(':', 3) ? 8 : 5, '0')}` };
}

export function counted(...hits: GivenHit[]): Recount {
  return recountRows(rowsOf(SITE, hits));
}

export function recountRows(rows: LogRow[], from = '2026-03-01', to = '2026-03-31'): Recount {
  return recount(rows, { siteId: SITE.siteId, from, to }, toyRules);
}

export function row(of: Recount, metric: Metric, value: string): BreakdownRow | undefined {
  return of.breakdown(metric).find((entry) => entry.value === value);
}

export const ann = (clock: string, more: HitOptions = {}): HitOptions => ({ visitor: 'ann', ...at(clock), ...more });
export const bob = (clock: string, more: HitOptions = {}): HitOptions => ({ visitor: 'bob', ...at(clock), ...more });
