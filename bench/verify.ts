import { sql } from 'kysely';

import { openDatabase, type Database } from '../src/platform/database.ts';
import { recount, type RecountOptions } from '../src/projections/recount/recount.ts';
import { median, perSecond, type Findings, type Line } from './figures.ts';
import type { Year } from './year.ts';

/** Each is counted so often; the median is the figure. */
const ROUNDS = 3;

const QUESTIONS: readonly { figure: string; target?: number; ask: Omit<RecountOptions, 'db'> }[] = [
  {
    figure: 'verify, what hits alone tell (visitors, page views, events)',
    target: 500_000,
    ask: { view: 'summary', only: 'hits' },
  },
  { figure: 'verify summary (visits, bounces, durations too)', target: 150_000, ask: { view: 'summary' } },
  { figure: 'verify all views and roll-ups', ask: { view: 'all' } },
];

/**
 * Recounts the whole year from the log and holds what serves against it, as `antics projections verify` does. Between
 * the rounds the log is scanned bare, so that both meet the same machine.
 */
export async function benchVerify(year: Year, progress: (line: string) => void): Promise<Findings> {
  const database = openDatabase({
    url: year.postgres.url,
    max: 1,
    applicationName: 'antics bench verify',
    onError: (e) => console.error(`bench: a connection was lost: ${e.message}`),
  });
  const lines: Line[] = [];
  try {
    for (const { figure, target, ask } of QUESTIONS) {
      const rates: number[] = [];
      const bare: number[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        bare.push(await scanRate(year.postgres.database));
        rates.push(await recountRate(database, ask));
        progress(`verify: ${figure}: ${perSecond(rates.at(-1) ?? 0)}`);
      }
      const rate = median(rates);
      lines.push({
        figure,
        measured: perSecond(rate),
        ...(target === undefined ? {} : { target: `≥ ${perSecond(target)}`, met: rate >= target }),
        baseline: `${perSecond(median(bare))} bare scan of the log`,
        ratio: rate / median(bare),
      });
    }
  } finally {
    await database.close();
  }
  return { lines, notes: [] };
}

async function recountRate({ db }: Database, ask: Omit<RecountOptions, 'db'>): Promise<number> {
  const report = await recount({ db, ...ask });
  const wrong = report.views.filter(({ differences }) => differences > 0);
  // A figure that is fast and wrong is no figure.
  if (wrong.length > 0) throw new Error(`the year is not what its log says: ${JSON.stringify(wrong[0]?.examples[0])}`);
  return report.hits / report.seconds;
}

async function scanRate({ db }: Database): Promise<number> {
  const started = performance.now();
  const { rows } = await sql<{ hits: number }>`
    select count(*)::float8 as hits, count(pathname) as paths from antics.log_hits`.execute(db);
  return ((rows[0]?.hits ?? 0) / (performance.now() - started)) * 1000;
}
