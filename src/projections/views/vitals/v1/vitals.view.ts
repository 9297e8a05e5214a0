import { sql, type RawBuilder } from 'kysely';
import { addToDays } from '../../../facts/frontier.ts';
import type { View } from '../../view.ts';
import { KINDS, VITAL_NUMBERS } from './kinds.ts';
import { createVitalsTables, vitalsScratch } from './vitals.tables.ts';

/** Values above it are kept with three digits: up to 0.5 % off, and a few thousand different ones at most. */
const EXACT_BELOW = 1_000;
/** The log has none larger: lcp and inp up to an hour of milliseconds, cls up to 1,000 in 10,000ths. */
const LARGEST = 10_000_000;

/** A value of `vital_delta` to three significant digits, half up. Whole numbers alone: exact everywhere. */
function threeDigits(value: RawBuilder<unknown>): RawBuilder<unknown> {
  const cases: RawBuilder<unknown>[] = [];
  for (let step = 1, below = EXACT_BELOW; below / 10 < LARGEST; step *= 10, below *= 10) {
    const [half, by] = [sql.lit(Math.floor(step / 2)), sql.lit(step)];
    cases.push(sql`when ${value} < ${sql.lit(below)} then (${value} + ${half}) / ${by} * ${by}`);
  }
  return sql`case ${sql.join(cases, sql` `)} else ${sql.lit(LARGEST)} end`;
}

const vitalIn = (kind: keyof typeof KINDS) => sql`metric + ${sql.lit(KINDS[kind])}`;

/** Web vitals: page views by what they measured, a site and local day, rolled up to thirds of a month and months. */
export const vitals: View = {
  name: 'vitals',
  version: 1,
  tables: ['vitals_day', 'vitals_third', 'vitals_month'],
  scratch: [vitalsScratch],
  create: createVitalsTables,
  async fold(run, names, move) {
    await run(sql`insert into vitals_delta (site_id, vital, day, path, value, n)
      with kept as materialized (
        select site_id, metric, day, path, ${threeDigits(sql`value`)} as value, sum(n) as n
        from vital_delta group by 1, 2, 3, 4, 5
      )
      select site_id, ${vitalIn('page')}, day, path, value, n from kept where n <> 0
      union all
      select site_id, ${vitalIn('site')}, day, 0, value, sum(n) from kept group by 1, 2, 3, 5 having sum(n) <> 0
      union all
      select site_id, ${vitalIn('views')}, day, path, 0, sum(n) from kept group by 1, 2, 3, 4 having sum(n) <> 0`);
    const table = {
      base: 'vitals',
      delta: sql`vitals_delta`,
      before: ['vital'],
      after: ['path', 'value'],
      measures: ['n'],
      scans: VITAL_NUMBERS,
      sum: () => sql`sum(n)`,
      add: () => sql`z.n + excluded.n`,
      // A later report of a view takes back what an earlier one had said.
      vanish: { takesAway: sql`d.n < 0`, isEmpty: sql`z.n = 0` },
    };
    await addToDays(run, names, table, move);
  },
};
