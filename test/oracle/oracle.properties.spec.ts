import fc from 'fast-check';

import { arbitraryLog, rowsOfLog } from '../arbitrary/log.ts';
import { defaultSpamHosts } from '../../src/domain/rules/v1/spam/spam-hosts.ts';
import { domainRules } from './domain-rules.ts';
import { sum } from './figures.ts';
import type { LogRow } from './log-row.ts';
import { recount, type Recount } from './oracle.ts';

const ALWAYS = { from: '2026-01-01', to: '2027-12-31' };
const logs = arbitraryLog({ spamReferrers: defaultSpamHosts.slice(0, 2) }).map(rowsOfLog);

function eachSite(rows: readonly LogRow[], check: (of: Recount, rows: LogRow[]) => void): void {
  for (const [siteId, ofSite] of Map.groupBy(rows, (row) => row.site_id)) {
    check(recount(rows, { siteId, ...ALWAYS }, domainRules), ofSite);
  }
}

/** What two countings of the same figures, taken from different places, must agree on. */
describe('the recount, by the rules that ship', () => {
  it('adds up: days and hours to the summary', () => {
    const adds = (rows: LogRow[]) =>
      eachSite(rows, ({ summary, days, hours }) => {
        for (const key of ['visitors', 'visits', 'pageviews', 'events', 'bounces', 'durationMs'] as const) {
          expect(sum(days, (day) => day[key])).toBe(summary[key]);
        }
        expect(sum(hours, (hour) => hour.visits)).toBe(summary.visits);
        expect(sum(hours, (hour) => hour.pageviews)).toBe(summary.pageviews);
        expect(sum(hours, (hour) => hour.visitors)).toBeGreaterThanOrEqual(summary.visitors);
      });
    fc.assert(fc.property(logs, adds));
  });

  it('adds up: every visit has one channel, and every visit with a page view one entry, exit, host and path', () => {
    const adds = (rows: LogRow[]) =>
      eachSite(rows, (of) => {
        expect(sum(of.breakdown('channel'), (row) => row.visits)).toBe(of.summary.visits);
        expect(sum(of.breakdown('pathname'), (row) => row.pageviews ?? 0)).toBe(of.summary.pageviews);
        expect(sum(of.breakdown('event'), (row) => row.events ?? 0)).toBe(of.summary.events);
        const entered = sum(of.entry, (row) => row.visits);
        for (const others of [of.exit, of.paths, of.breakdown('hostname'), of.breakdown('entry_page')]) {
          expect(sum<{ visits: number }>(others, (row) => row.visits)).toBe(entered);
        }
      });
    fc.assert(fc.property(logs, adds));
  });

  it('does not depend on the order of arrival where no two hits are at the same time', () => {
    const same = (rows: LogRow[]) => {
      const apart = rows.filter((row, i) => rows.findIndex((r) => +r.occurred_at === +row.occurred_at) === i);
      const positions = apart.map((row) => row.position).reverse();
      const otherwise = apart.map((row, i) => ({ ...row, position: positions[i] ?? row.position }));
      for (const siteId of [1, 2, 3]) {
        const [a, b] = [apart, otherwise].map((log) => recount(log, { siteId, ...ALWAYS }, domainRules));
        expect(b?.summary).toEqual(a?.summary);
        expect(b?.breakdown('pathname')).toEqual(a?.breakdown('pathname'));
        expect(b?.paths).toEqual(a?.paths);
      }
    };
    fc.assert(fc.property(logs, same));
  });

  it('does not change when hits are added that do not count', () => {
    const same = (rows: LogRow[]) => {
      const more = rows.flatMap((row) => [row, { ...row, verdict: 1 }, { ...row, user_agent: 'curl/8.11.0' }]);
      for (const siteId of [1, 2, 3]) {
        const [a, b] = [rows, more].map((log) => recount(log, { siteId, ...ALWAYS }, domainRules));
        expect(b?.summary).toEqual(a?.summary);
        expect(b?.breakdown('country')).toEqual(a?.breakdown('country'));
      }
    };
    fc.assert(fc.property(logs, same));
  });
});
