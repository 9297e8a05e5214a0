import { sql, type RawBuilder } from 'kysely';
import { addToDays } from '../../facts/frontier.ts';
import { isFirst } from '../../facts/visit-delta.ts';
import type { View } from '../view.ts';
import { createPagesTables, pagesScratch, type PagesTables } from './pages.tables.ts';

/** What is of one version alone. */
export interface PagesVersion extends PagesTables {
  readonly version: number;
  /** Measures that are sums of columns of `time_delta` of the same name. */
  readonly ofTimes: readonly string[];
}

/** One source of rows. */
interface Part {
  path: RawBuilder<unknown>;
  measures: Readonly<Record<string, RawBuilder<unknown>>>;
  from: RawBuilder<unknown>;
}

const part = (path: RawBuilder<unknown>, measures: Part['measures'], from: RawBuilder<unknown>): Part => ({ path, measures, from });

/**
 * The rows of a part; measures that it does not bring are null. Each part is added up by itself: all of them together
 * would carry every measure's sum through each row.
 */
function rowsOf({ path, measures, from }: Part, all: readonly string[]): RawBuilder<unknown> {
  const values = all.map((m) => {
    const value = measures[m];
    return sql`${value === undefined ? sql`null::bigint` : sql`sum(${value})::bigint`} as ${sql.ref(m)}`;
  });
  return sql`select site_id, day, ${path} as path, ${sql.join(values)} from ${from} group by 1, 2, 3`;
}

/** What every version tells of visits. */
const ofVisits = [
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
];

const sum = (measure: string) => sql`nullif(sum(${sql.ref(measure)}), 0)`;
/** Of a page, each measure stands in one row at most of all parts. */
const only = (measure: string) =>
  measure === 'visitors'
    ? sql`nullif(coalesce(max(visitors), 0) + coalesce(max(later), 0), 0)`
    : sql`nullif(max(${sql.ref(measure)}), 0)`;

/**
 * A version of the view: pages as seen, entered and left, a site and local day, rolled up to thirds of a month and
 * months. What is here is of every version that is in use: what one of them is to answer otherwise is said by it.
 */
export function pagesView(of: PagesVersion): View {
  const { version, measures, delta, ofTimes } = of;
  // `later` is of visitors, too.
  const brought = [...measures, 'later'];
  const times = part(sql`path`, Object.fromEntries(ofTimes.map((m) => [m, sql.ref(m)])), sql`time_delta`);
  const parts = sql.join([...ofVisits, times].map((one) => rowsOf(one, brought)), sql` union all `);
  const changes = sql.join(brought.map((m) => sql`max(${sql.ref(m)}) <> 0`), sql` or `);
  return {
    name: 'pages',
    version,
    tables: ['pages_day', 'pages_third', 'pages_month'],
    scratch: [pagesScratch(of)],
    create: (tx, names) => createPagesTables(tx, names, of),
    async fold(run, names, move) {
      await run(sql`insert into ${sql.ref(delta)} (site_id, day, path, ${sql.join(measures.map((m) => sql.ref(m)))})
        select site_id, day, path, ${sql.join(measures.map(only))} from (${parts}) x
        group by 1, 2, 3 having ${changes}`);
      const table = {
        base: 'pages',
        delta: sql.ref(delta),
        before: [],
        after: ['path'],
        measures,
        sum,
        // Views are never taken back, so that no row comes to nothing.
        add: (m: string) =>
          sql`nullif(coalesce(${sql.ref(`z.${m}`)}, 0) + coalesce(${sql.ref(`excluded.${m}`)}, 0), 0)`,
      };
      await addToDays(run, names, table, move);
    },
  };
}
