import { join } from 'node:path';

import { sql } from 'kysely';

import type { Database } from '../src/platform/database.ts';
import { startScript } from './children.ts';
import { openConnection, type Answer, type Connection } from './connection.ts';
import { median, milliseconds, percentile, type Findings, type Line } from './figures.ts';
import { temporaryFolder } from './lifetime.ts';
import { startServer } from './server.ts';
import type { Year } from './year.ts';

const WARM_UP = 20;
const REQUESTS = 200;
const RAW_COUNTS = 3;
const DAY_MS = 86_400_000;

interface Question {
  readonly figure: string;
  readonly days: 30 | 365;
  /** Of p50. */
  readonly targetMs?: number;
  /** What follows the site's id, another one for each i below 220. */
  readonly path: (i: number) => string;
}

/**
 * No two requests are the same: the limit grows, or the period moves. `30d` and `12mo` themselves are asked for where
 * the limit tells requests apart; a time series has no limit, so its twelve months begin and end on other days.
 */
const QUESTIONS: readonly Question[] = [
  stats('country', '30d', 30, 5),
  stats('country', '12mo', 365, 8),
  stats('pathname', '30d', 30, 15),
  stats('pathname', '12mo', 365, 25),
  { figure: 'timeseries, 12 months', days: 365, targetMs: 8, path: (i) => `/timeseries?period=${window(i, 365)}` },
  { figure: 'paths, 30 d', days: 30, targetMs: 50, path: (i) => `/paths?period=30d&limit=${10 + i}` },
  { figure: 'entry-exit, 30 d', days: 30, targetMs: 50, path: (i) => `/entry-exit?period=30d&limit=${10 + i}` },
  // What no calendar month helps: they have no target.
  { figure: 'stats by pathname, any 30 days', days: 30, path: (i) => `?metric=pathname&period=${window(i, 30)}` },
  { figure: 'stats by pathname, any 365 days', days: 365, path: (i) => `?metric=pathname&period=${window(i, 365)}` },
];

function stats(metric: string, period: '30d' | '12mo', days: 30 | 365, targetMs: number): Question {
  const figure = `stats by ${metric}, ${period === '30d' ? '30 d' : '12 months'}`;
  return { figure, days, targetMs, path: (i) => `?metric=${metric}&period=${period}&limit=${10 + i}` };
}

/** Some 365 or 30 days; 225 different ones, the last ending today. */
function window(i: number, days: number): string {
  const last = Date.now() - (i % 15) * DAY_MS;
  const first = last - (days - 1) * DAY_MS + Math.floor(i / 15) * DAY_MS;
  return `${dayOf(first)},${dayOf(last)}`;
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Stats routes over HTTP, one connection, one request after the other, of the site that has half of the hits. */
export async function benchQueries(year: Year, progress: (line: string) => void): Promise<Findings> {
  const folder = await temporaryFolder();
  const bare = await startScript<string>('bare.ts', { databaseUrl: year.postgres.url });
  const server = await startServer({ databaseUrl: year.postgres.url, folder: join(folder, 'server') });
  const raw = new Map([
    [30, await rawCount(year.postgres.database, year.site.siteId, 30)],
    [365, await rawCount(year.postgres.database, year.site.siteId, 365)],
  ]);
  const connection = openConnection();
  const lines: Line[] = [];
  try {
    const least = await ask(connection, () => `${bare.message}/one`, {});
    lines.push({ figure: 'bare select 1 over HTTP', measured: shown(least) });
    for (const question of QUESTIONS) {
      const base = `${server.url}/api/stats/${year.site.id}`;
      const headers = { authorization: `Bearer ${server.key}` };
      const times = await ask(connection, (i) => base + question.path(i), headers);
      lines.push(lineOf(question, times, raw.get(question.days) ?? Number.NaN));
      progress(`queries: ${question.figure}: ${shown(times)}`);
    }
  } finally {
    connection.close();
    await server.stop();
    await bare.stop();
  }
  return { lines, notes: ['queries: p50 is held to the target; the baseline counts the same hits in the log itself'] };
}

type Headers = Record<string, string>;

/** Milliseconds of each request after the warm-up. */
async function ask(connection: Connection, url: (i: number) => string, headers: Headers): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < WARM_UP + REQUESTS; i++) {
    const answer = await connection.get(url(i), headers);
    check(answer, url(i));
    if (i >= WARM_UP) times.push(answer.ms);
  }
  return times;
}

/** A refusal is fast, and so is an answer without numbers: neither may pass for a figure. */
function check({ status, text }: Answer, url: string): void {
  if (status !== 200) throw new Error(`GET ${url}: ${status} ${text.slice(0, 500)}`);
  const lists = Object.values(JSON.parse(text) as Record<string, unknown>).filter((value) => Array.isArray(value));
  if (lists.some((list) => list.length === 0)) throw new Error(`GET ${url} answers an empty list`);
}

async function rawCount({ db }: Database, siteId: number, days: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < RAW_COUNTS; i++) {
    const started = performance.now();
    await sql`select count(*) from log_hits
      where site_id = ${siteId} and day > current_date - ${days}::int`.execute(db);
    times.push(performance.now() - started);
  }
  return median(times);
}

function lineOf({ figure, targetMs }: Question, times: readonly number[], rawMs: number): Line {
  const p50 = median(times);
  return {
    figure,
    measured: shown(times),
    ...(targetMs !== undefined && { target: `≤ ${targetMs} ms`, met: p50 <= targetMs }),
    baseline: `${milliseconds(rawMs)} raw count`,
    ratio: p50 / rawMs,
  };
}

function shown(times: readonly number[]): string {
  return `${milliseconds(median(times))}, p99 ${milliseconds(percentile(times, 99))}`;
}
