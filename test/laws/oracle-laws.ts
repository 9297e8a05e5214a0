import { METRICS } from '../oracle/breakdown.ts';
import type { LogRow } from '../oracle/log-row.ts';
import { recount, type Scope } from '../oracle/oracle.ts';
import { publishedSummary } from '../oracle/published.ts';
import type { Rules } from '../oracle/rules.ts';
import { time } from '../oracle/visits.ts';
import { differences, expectNone } from './differences.ts';
import type { Reads } from './reads.ts';

/** Every read of every site of these rows, over several periods and at several moments, against the recount. */
export async function expectReadsEqualOracle(reads: Reads, rows: readonly LogRow[], rules: Rules): Promise<void> {
  const found: string[] = [];
  for (const siteId of new Set(rows.map((row) => row.site_id))) {
    const ofSite = rows.filter((row) => row.site_id === siteId);
    for (const scope of scopesOf(siteId, ofSite)) found.push(...(await readDifferences(reads, ofSite, scope, rules)));
    found.push(...(await momentDifferences(reads, siteId, ofSite, rules)));
  }
  expectNone('the reads are not what the log says', found);
}

async function readDifferences(reads: Reads, rows: readonly LogRow[], scope: Scope, rules: Rules): Promise<string[]> {
  const oracle = recount(rows, scope, rules);
  const compare = (what: string, expected: unknown, found: unknown): string[] =>
    differences(`site ${scope.siteId} ${scope.from}..${scope.to} ${what}`, expected, found);
  const all = compare('summary', publishedSummary(oracle.summary), await reads.summary(scope));

  const days = withoutZeros(await reads.days(scope));
  const expectedDays = oracle.days.map((day, i) => {
    const published = { date: day.date, ...publishedSummary(day) };
    // A read need not have every column; those that it has are compared.
    return Object.fromEntries(Object.entries(published).filter(([key]) => key in (days[i] ?? published)));
  });
  all.push(...compare('days', expectedDays, days));

  for (const metric of METRICS) {
    const expected = oracle.breakdown(metric).map(({ scroll_depth, ...row }) => {
      return reads.tellsScroll === false || scroll_depth === undefined ? row : { ...row, scroll_depth };
    });
    all.push(...compare(metric, expected, await reads.breakdown(scope, metric)));
  }
  if (reads.hours) all.push(...compare('hours', oracle.hours, withoutZeros(await reads.hours(scope))));
  if (reads.paths) all.push(...compare('paths', oracle.paths, await reads.paths(scope)));
  if (reads.entry) all.push(...compare('entry', oracle.entry, await reads.entry(scope)));
  if (reads.exit) all.push(...compare('exit', oracle.exit, await reads.exit(scope)));
  if (reads.vitals) all.push(...compare('vitals', oracle.vitals, await reads.vitals(scope)));
  return all;
}

async function momentDifferences(
  reads: Reads,
  siteId: number,
  rows: readonly LogRow[],
  rules: Rules,
): Promise<string[]> {
  const { realtime, last24h } = recount(rows, { siteId, from: '', to: '' }, rules);
  const all: string[] = [];
  for (const nowMs of momentsOf(rows)) {
    const at = `site ${siteId} at ${new Date(nowMs).toISOString()}`;
    if (reads.realtime) {
      all.push(...differences(`${at} realtime`, realtime(nowMs), await reads.realtime(siteId, nowMs)));
    }
    if (reads.last24h) all.push(...differences(`${at} last24h`, last24h(nowMs), await reads.last24h(siteId, nowMs)));
  }
  return all;
}

/** The whole, every day, every month up to its end, and what crosses months: views may keep more than one grain. */
export function scopesOf(siteId: number, rows: readonly LogRow[]): Scope[] {
  const days = [...new Set(rows.map((row) => row.day))].sort();
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return [];
  const months = [...new Set(days.map((day) => day.slice(0, 7)))];
  const spans: [from: string, to: string][] = [
    [first, last],
    [`${first.slice(0, 4)}-01-01`, `${last.slice(0, 4)}-12-31`],
    ...days.map((day): [string, string] => [day, day]),
    ...months.map((month): [string, string] => [`${month}-01`, endOfMonth(month)]),
    ['2001-01-01', '2001-12-31'],
  ];
  return spans.map(([from, to]) => ({ siteId, from, to }));
}

function endOfMonth(month: string): string {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10);
}

/** Around the edges of the windows of the first, a middle and the last hit. */
function momentsOf(rows: readonly LogRow[]): number[] {
  const times = rows.map(time).sort((a, b) => a - b);
  const picked = [times[0], times[Math.floor(times.length / 2)], times.at(-1)].filter((at) => at !== undefined);
  return [...new Set(picked)].flatMap((at) => [0, 299_999, 300_000, 86_399_999, 86_400_000].map((ms) => at + ms));
}

function withoutZeros<T extends { visitors?: number }>(rows: readonly T[]): T[] {
  return rows.filter((row) => row.visitors !== 0);
}
