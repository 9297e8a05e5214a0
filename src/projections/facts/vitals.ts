import { sql, type RawBuilder } from 'kysely';

/**
 * What is measured of a page view. `metric` is the number in `vital_delta`; append only. `scale`: a column of `hit` holds
 * whole numbers, milliseconds of `lcp` and `inp`, ten thousandths of `cls`.
 */
export const VITALS = [
  { column: 'lcp', metric: 1, scale: 1 },
  { column: 'inp', metric: 2, scale: 1 },
  { column: 'cls', metric: 3, scale: 10_000 },
] as const;

const LARGEST = sql.lit(2_147_483_647);

/** What `hit` holds of `l.vitals`, in the order of `VITALS`. The log may hold anything: what is no number is not known. */
export const vitalsOfHit: RawBuilder<unknown> = sql.join(
  VITALS.map(({ column, scale }) => {
    const value = sql`(l.vitals ->> ${sql.lit(column)})::numeric`;
    const scaled = scale === 1 ? value : sql`${value} * ${sql.lit(scale)}`;
    return sql`case when jsonb_typeof(l.vitals -> ${sql.lit(column)}) = 'number'
      then least(greatest(round(${scaled}), 0), ${LARGEST})::int end`;
  }),
);

/** An event that happened by itself: it ends no bounce. */
export const isPassive = sql`(l.interactive is false and l.name is not null and l.name <> 'engagement')`;

/** The value in the lowest bits, the place by which the latest is found above them. */
const VALUE = sql.lit(0xffffffff);

/**
 * What the reports on a view come to, each measure by itself: `ms` their sum, as far as a view can last, `scroll` the
 * deepest, of vitals those of the last report that has them. `place` is their order.
 */
export function measuresOfReports(longestViewMs: number): RawBuilder<unknown> {
  const vitals = VITALS.map(({ column }) => {
    const value = sql.ref(column);
    return sql`(max((place << 32) + ${value}) filter (where engagement) & ${VALUE})::int as ${value}`;
  });
  // LEAST of null and another is the other.
  return sql.join([
    sql`case when count(ms) filter (where engagement) > 0
      then least(sum(ms) filter (where engagement), ${sql.lit(longestViewMs)})::int end as ms`,
    sql`max(scroll) filter (where engagement) as scroll`,
    ...vitals,
  ]);
}

/** Whether anything was measured, as SQL over columns of these names. */
export const isMeasured = sql`num_nonnulls(scroll, ${sql.join(VITALS.map(({ column }) => sql.ref(column)))}) > 0`;

/** A row for each vital of the row `of`: `metric`, `value`, as the rows `as`. */
export function vitalRows(of: string, as = 'm'): RawBuilder<unknown> {
  const rows = VITALS.map(({ column, metric }) => sql`(${sql.lit(metric)}::smallint, ${sql.ref(`${of}.${column}`)})`);
  return sql`(values ${sql.join(rows)}) ${sql.ref(as)}(metric, value)`;
}
