import fc from 'fast-check';

import { isExcluded } from '../oracle/exclusions.ts';
import type { LogRow } from '../oracle/log-row.ts';
import { isEngagement, isView, time, visitorDays, type Visit } from '../oracle/visits.ts';
import { arbitraryLog, rowsOfLog } from './log.ts';

// An arbitrary that never makes the case in question proves nothing: each of these is asked of a sample.
const logs = fc.sample(arbitraryLog({ spamReferrers: ['spam.example'] }), { numRuns: 300, seed: 42 }).map(rowsOfLog);

const counts = (row: LogRow) => row.verdict === null;
const rules = { counts, agent: () => ({ browser: null, os: null, device: null }), source: () => nothing };
const nothing = {
  ...{ source: null, channel: null, utmSource: null, utmMedium: null },
  ...{ utmCampaign: null, utmTerm: null, utmContent: null },
};

function sitesOf(rows: readonly LogRow[]): LogRow[][] {
  return [...Map.groupBy(rows, (row) => row.site_id).values()];
}

const shareOf = (holds: (rows: LogRow[]) => boolean): number => logs.filter(holds).length / logs.length;
const timeOf = (row: LogRow | undefined): number => (row === undefined ? Number.NaN : time(row));
const visitsOf = (rows: LogRow[]) => sitesOf(rows).flatMap((site) => visitorDays(site, rules).flatMap((v) => v.visits));

/** Some hit, when it came, joined two visits of before. */
function merges(rows: LogRow[]): boolean {
  return rows.some((_, n) => visitsOf(rows.slice(0, n + 1)).length < visitsOf(rows.slice(0, n)).length);
}

describe('arbitrary logs', () => {
  it('arrive in another order than they happened', () => {
    const late = (rows: LogRow[]) => rows.some((row, i) => i > 0 && time(row) < timeOf(rows[i - 1]));
    expect(shareOf(late)).toBeGreaterThan(0.5);
  });

  it('have late hits that merge two visits', () => {
    expect(shareOf(merges)).toBeGreaterThan(0.1);
  });

  it('have visits of several hits, and visitors with several visits', () => {
    const long = (visit: Visit) => visit.views.length + visit.events.length > 3;
    expect(shareOf((rows) => visitsOf(rows).some(long))).toBeGreaterThan(0.2);
    expect(shareOf((rows) => visitsOf(rows).some((visit) => visit.of.visits.length > 1))).toBeGreaterThan(0.5);
  });

  it('have gaps of exactly 30 minutes and equal times within a visitor’s day', () => {
    const gaps = (rows: LogRow[]) =>
      sitesOf(rows).flatMap((site) =>
        visitorDays(site, rules).flatMap(({ hits }) => hits.slice(1).map((hit, i) => time(hit) - timeOf(hits[i]))),
      );
    expect(shareOf((rows) => gaps(rows).includes(1_800_000))).toBeGreaterThan(0.2);
    expect(shareOf((rows) => gaps(rows).includes(0))).toBeGreaterThan(0.2);
  });

  it('have views whose time is told by engagement, by the next page view, and beyond the cap', () => {
    const views = (rows: LogRow[]) => visitsOf(rows).flatMap((visit) => visit.views);
    expect(shareOf((rows) => views(rows).some((view) => view.timeMs !== null))).toBeGreaterThan(0.5);
    expect(shareOf((rows) => views(rows).some((view) => view.timeMs === 1_800_000))).toBeGreaterThan(0.1);
    expect(shareOf((rows) => rows.some((row) => isView(row) && row.duration_ms !== null))).toBeGreaterThan(0.5);
    expect(shareOf((rows) => rows.some((row) => isEngagement(row) && row.duration_ms === null))).toBeGreaterThan(0.1);
  });

  it('have pages that are excluded, and pages that were before or are later', () => {
    expect(shareOf((rows) => rows.some(isExcluded))).toBeGreaterThan(0.3);
    const changes = (rows: LogRow[]) =>
      rows.some((row) => !isExcluded(row) && rows.some((other) => other.pathname === row.pathname && isExcluded(other)));
    expect(shareOf(changes)).toBeGreaterThan(0.2);
  });

  it('have visitors over several days, and days over several hours', () => {
    expect(shareOf((rows) => new Set(rows.map((row) => row.day)).size > 1)).toBeGreaterThan(0.5);
    expect(shareOf((rows) => new Set(rows.map((row) => row.hour)).size > 2)).toBeGreaterThan(0.5);
  });

  it('have the hour that comes twice, in one visitor’s day', () => {
    const repeated = (rows: LogRow[]) =>
      sitesOf(rows).some((site) =>
        visitorDays(site, rules).some(({ hits }) =>
          hits.some((a) => hits.some((b) => a.hour === b.hour && time(b) - time(a) >= 3_600_000)),
        ),
      );
    expect(shareOf(repeated)).toBeGreaterThan(0.005);
  });
});
