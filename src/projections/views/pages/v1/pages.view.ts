import { sql, type RawBuilder } from 'kysely';
import { addToDays } from '../../../facts/frontier.ts';
import { isFirst } from '../../../facts/visit-delta.ts';
import type { View } from '../../view.ts';
import { createPagesTables, PAGE_MEASURES, pagesScratch } from './pages.tables.ts';

/** What parts bring; `later` is of visitors, too. */
const PART_MEASURES = [...PAGE_MEASURES, 'later'] as const;
type Measure = (typeof PART_MEASURES)[number];

/**
 * One source of rows; measures that it does not bring are null. Each is added up by itself: all of them together would
 * carry every measure's sum through each row.
 */
function part(path: RawBuilder<unknown>, measures: Partial<Record<Measure, RawBuilder<unknown>>>, from: RawBuilder<unknown>) {
  const values = PART_MEASURES.map((m) => {
    const value = measures[m];
    return sql`${value === undefined ? sql`null::bigint` : sql`sum(${value})::bigint`} as ${sql.ref(m)}`;
  });
  return sql`select site_id, day, ${path} as path, ${sql.join(values)} from ${from} group by 1, 2, 3`;
}

const parts = [
  part(sql`path`, { pageviews: sql`1` }, sql`batch_hit where event is null and not engagement`),
  // Who saw it first this day: known pages of the visitor-day are in its visits. Where there is but one, all are new.
  part(
    sql`path`,
    { later: sql`1` },
    sql`(select visitor, site_id, day, unnest(coalesce(pages, steps)) as path from visit_delta where sign = 1 and not alone
      except select visitor, site_id, day, unnest(coalesce(pages, steps)) from old_visit) x`,
  ),
  part(
    sql`path`,
    { visits: sql`sign`, visitors: sql`alone::int` },
    // Steps differ from the one before: of two or less, none comes twice.
    sql`(select sign, alone, site_id, day, unnest(coalesce(pages, steps)) as path
      from visit_delta where pages is not null or cardinality(steps) <= 2
      union all select sign, alone, site_id, day, path from (
        select distinct sign, alone, visitor, site_id, day, started_at, unnest(steps) as path
        from visit_delta where pages is null and cardinality(steps) > 2) y) x`,
  ),
  part(
    sql`entry`,
    {
      entry_visitors: sql`sign * ${isFirst('entry')}`,
      entries: sql`sign`,
      entry_pageviews: sql`sign * pageviews`,
      entry_bounces: sql`sign * bounces`,
      entry_ms: sql`sign * ms`,
    },
    sql`visit_delta where entry is not null`,
  ),
  part(
    sql`exit`,
    {
      exit_visitors: sql`sign * ${isFirst('exit')}`,
      exits: sql`sign`,
      exit_pageviews: sql`sign * pageviews`,
      exit_bounces: sql`sign * bounces`,
      exit_ms: sql`sign * ms`,
    },
    sql`visit_delta where exit is not null`,
  ),
  part(sql`path`, { timed: sql`timed`, ms: sql`ms` }, sql`time_delta`),
];

const sum = (measure: string) => sql`nullif(sum(${sql.ref(measure)}), 0)`;
/** Of a page, each measure stands in one row at most of all parts. */
const only = (measure: string) =>
  measure === 'visitors'
    ? sql`nullif(coalesce(max(visitors), 0) + coalesce(max(later), 0), 0)`
    : sql`nullif(max(${sql.ref(measure)}), 0)`;
const changes = sql.join(
  PART_MEASURES.map((m) => sql`max(${sql.ref(m)}) <> 0`),
  sql` or `,
);

/** Pages as seen, entered and left, a site and local day, rolled up to thirds of a month and months. */
export const pages: View = {
  name: 'pages',
  version: 1,
  tables: ['pages_day', 'pages_third', 'pages_month'],
  scratch: [pagesScratch],
  create: createPagesTables,
  async fold(run, names, move) {
    await run(sql`insert into pages_delta (site_id, day, path, ${sql.join(PAGE_MEASURES.map((m) => sql.ref(m)))})
      select site_id, day, path, ${sql.join(PAGE_MEASURES.map(only))} from (${sql.join(parts, sql` union all `)}) x
      group by 1, 2, 3 having ${changes}`);
    const table = {
      base: 'pages',
      delta: sql`pages_delta`,
      before: [],
      after: ['path'],
      measures: PAGE_MEASURES,
      sum,
      // Views are never taken back, so that no row comes to nothing.
      add: (m: string) =>
        sql`nullif(coalesce(${sql.ref(`z.${m}`)}, 0) + coalesce(${sql.ref(`excluded.${m}`)}, 0), 0)`,
    };
    await addToDays(run, names, table, move);
  },
};
