import fc from 'fast-check';

import { arbitraryLog } from '../arbitrary/log.ts';
import { HARD_CASES } from '../laws/hard-cases.ts';
import { arbitraryBatches, writeLog } from '../laws/written-log.ts';
import type { RecountExample, RecountOptions } from '../../src/projections/recount/recount.ts';
import { differencesOf, openRecountDatabase, told, type RecountDatabase, type Row } from './recount-database.ts';

/** Tables with what a row is found by. `live` has a clock of its own, and is changed elsewhere. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  summary_day: [],
  summary_hour: ['hour'],
  pages_day: ['path'],
  pages_third: ['path'],
  pages_month: ['path'],
  breakdown_day: ['metric', 'value'],
  breakdown_third: ['metric', 'value'],
  breakdown_month: ['metric', 'value'],
  paths_day: ['sequence'],
  vitals_day: ['vital', 'path', 'value'],
  vitals_third: ['vital', 'path', 'value'],
  vitals_month: ['vital', 'path', 'value'],
};
const TABLES = Object.keys(KEYS);

/** A row of a table that has some, and a place in it, both by number. */
interface Pick {
  table: number;
  row: number;
  column: number;
}

async function picked(database: RecountDatabase, { table, row, column }: Pick) {
  for (let i = 0; i < TABLES.length; i++) {
    const name = TABLES[(table + i) % TABLES.length] ?? '';
    const rows = await database.rows(name);
    const one = rows[row % rows.length];
    if (one === undefined) continue;
    const keys = ['site_id', 'day', ...(KEYS[name] ?? [])];
    const measures = Object.keys(one).filter((key) => !keys.includes(key) && key !== 'steps');
    const where = keys.map((key) => `${key} = '${String(one[key])}'`).join(' and ');
    return { table: name, row: one, measures, measure: measures[column % measures.length] ?? '', where };
  }
  return undefined;
}

const figure = (row: Row, measure: string): number => Number(row[measure] ?? 0);

it('agrees with what is folded of every hard case', async () => {
  const database = await openRecountDatabase();
  try {
    for (const log of Object.values(HARD_CASES)) await writeLog(database.db, log, [1_000]);
    await database.fold(7);
    const report = await database.recount();
    expect(told(report)).toEqual([]);
    expect(report.views.map(({ view }) => view)).toEqual(['summary', 'pages', 'breakdown', 'paths', 'live', 'vitals']);
    expect(report.views.filter(({ rows }) => rows === 0)).toEqual([]);
    expect(report.leftOut).toEqual([]);
  } finally {
    await database.close();
  }
}, 60_000);

it('agrees with what is folded of arbitrary logs, and finds whatever row of a view is changed, missing or added', async () => {
  const pick = fc.record({ table: fc.nat(TABLES.length - 1), row: fc.nat(999), column: fc.nat(99) });
  const cases = fc.record({ log: arbitraryLog({ spamReferrers: ['semalt.com'] }), folds: arbitraryBatches(), pick });
  const numRuns = Number(process.env['LAW_RUNS'] ?? 3);
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const database = await openRecountDatabase();
      try {
        await writeLog(database.db, one.log, [9]);
        await database.fold(one.folds[0]);
        expect(told(await database.recount())).toEqual([]);
        for (const [i, expectFound] of [expectChangeFound, expectMissingFound, expectAddedFound].entries()) {
          const row = await picked(database, { ...one.pick, table: one.pick.table + 4 * i });
          if (row !== undefined) await expectFound(database, row);
        }
      } finally {
        await database.close();
      }
    }),
    // Each takes a dozen recounts: a smaller case is not worth the time.
    { numRuns, includeErrorInReport: true, endOnFailure: true },
  );
}, 240_000);

type Picked = NonNullable<Awaited<ReturnType<typeof picked>>>;

const placeOf = ({ table, row }: Picked) => ({ table, site: figure(row, 'site_id'), day: row['day'] });

async function examplesOf(database: RecountDatabase, options?: Partial<RecountOptions>): Promise<RecountExample[]> {
  return (await database.recount(options)).views.flatMap(({ examples }) => examples);
}

async function expectChangeFound(database: RecountDatabase, picked: Picked): Promise<void> {
  const { table, row, measure, where } = picked;
  const undo = await database.change(table, `update t set ${measure} = coalesce(${measure}, 0) + 1 where ${where}`);
  const { site, day } = placeOf(picked);
  const expected = { table, site, day, measure, expected: figure(row, measure), found: figure(row, measure) + 1 };
  const report = await database.recount();
  expect(report.views.flatMap(({ examples }) => examples)).toEqual([expect.objectContaining(expected)]);
  expect(differencesOf(report)).toBe(1);
  // Of the site and days of the row alone, and of the days around them.
  const days = daysOf(table, String(day));
  expect(await examplesOf(database, { siteId: site, ...days })).toEqual([expect.objectContaining(expected)]);
  expect(await examplesOf(database, { siteId: site + 1_000, ...days })).toEqual([]);
  expect(await examplesOf(database, { to: shift(days.from, -1) })).toEqual([]);
  expect(await examplesOf(database, { from: shift(days.to, 1) })).toEqual([]);
  await undo();
}

async function expectMissingFound(database: RecountDatabase, picked: Picked): Promise<void> {
  const undo = await database.change(picked.table, `delete from t where ${picked.where}`);
  const missing = await examplesOf(database);
  const row = { ...placeOf(picked), measure: 'rows', expected: 1, found: 0 };
  expect(missing).toContainEqual(expect.objectContaining(row));
  for (const measure of picked.measures.filter((name) => figure(picked.row, name) !== 0)) {
    const expected = { ...placeOf(picked), measure, expected: figure(picked.row, measure), found: null };
    expect(missing).toContainEqual(expect.objectContaining(expected));
  }
  await undo();
}

async function expectAddedFound(database: RecountDatabase, picked: Picked): Promise<void> {
  const undo = await database.change(
    picked.table,
    `insert into t select (jsonb_populate_record(null::t, to_jsonb(b) || '{"day": "2031-01-01"}')).*
      from before_change b where ${picked.where}`,
  );
  const row = { ...placeOf(picked), day: '2031-01-01', measure: 'rows', expected: 0, found: 1 };
  expect(await examplesOf(database)).toContainEqual(expect.objectContaining(row));
  await undo();
}

/** The days that a row of the table is of. */
function daysOf(table: string, day: string): { from: string; to: string } {
  const [year = 0, month = 0] = day.split('-').map(Number);
  const endOfMonth = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
  if (table.endsWith('_month')) return { from: day, to: endOfMonth };
  if (table.endsWith('_third')) return { from: day, to: day.endsWith('21') ? endOfMonth : shift(day, 9) };
  return { from: day, to: day };
}

const shift = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
