import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { DifferingPart } from './checksums.ts';
import type { TablePair } from './tables.ts';

/** A figure that differs, with the key as the table holds it. */
export interface RawFigure {
  siteId: number;
  /** Key columns beside the site, and what else says what a row is about. */
  key: Record<string, string>;
  measure: string;
  before: string | null;
  after: string | null;
}

export interface DifferingRows {
  readonly differs: number;
  readonly figures: RawFigure[];
}

/** Counts the rows that differ of the sites and days whose checksums do, and lists figures of some. */
export async function readDifferingRows(
  tx: Tx,
  pair: TablePair,
  parts: readonly DifferingPart[],
  where: RawBuilder<unknown>,
  most: number,
): Promise<DifferingRows> {
  const joined = joinedRows(pair, parts, where);
  const { rows: counted } = await sql<{ differs: number }>`
    select count(*)::float8 as differs from ${joined} where ${isDifferent(pair)}`.execute(tx);
  const differs = counted[0]?.differs ?? 0;
  if (differs === 0 || most === 0) return { differs, figures: [] };
  const either = (column: string) => sql`coalesce(b.${sql.ref(column)}, a.${sql.ref(column)})`;
  // Lists of pages say what a row of paths is about.
  const shown = [...pair.keys.filter((k) => k !== 'site_id'), ...pair.values.filter(isList).map(({ name }) => name)];
  const keys = shown.map((k) => sql`${sql.lit(k)}, ${either(k)}::text`);
  // A letter before each, as columns of both sides stand in one row.
  const columns = (side: 'b' | 'a') =>
    pair.values.map(({ name }) => sql`${sql.ref(`${side}.${name}`)}::text as ${sql.ref(`${side}_${name}`)}`);
  const values = pair.values.map(
    ({ name }) => sql`(${sql.lit(name)}, ${sql.ref(`r.b_${name}`)}, ${sql.ref(`r.a_${name}`)})`,
  );
  const { rows: figures } = await sql<RawFigure>`
    select r."siteId", r.key, m.measure, m.before, m.after
    from (select ${either('site_id')} as "siteId", jsonb_build_object(${sql.join(keys)}) as key,
          (b.site_id is not null)::int::text as had, (a.site_id is not null)::int::text as has,
          ${sql.join([...columns('b'), ...columns('a')])}
        from ${joined} where ${isDifferent(pair)}
        order by ${sql.join(pair.keys.map(either))} limit ${most}) r
      cross join lateral (values ${sql.join([sql`('row', r.had, r.has)`, ...values])}) m(measure, before, after)
    where m.before is distinct from m.after`.execute(tx);
  return { differs, figures: withoutIdle(figures).slice(0, most) };
}

const isList = ({ type }: { type: string }): boolean => type.endsWith('[]');

/** A missing row is told by its figures, and by itself only where it has none. */
function withoutIdle(figures: readonly RawFigure[]): RawFigure[] {
  const identity = ({ siteId, key }: RawFigure): string => `${siteId} ${JSON.stringify(key)}`;
  const told = new Set(figures.filter(({ measure }) => measure !== 'row').map(identity));
  return figures.filter((figure) => figure.measure !== 'row' || !told.has(identity(figure)));
}

const isDifferent = (pair: TablePair): RawBuilder<unknown> => {
  const values = (side: string) => sql.join([sql.lit(1), ...pair.values.map(({ name }) => sql.ref(`${side}.${name}`))]);
  return sql`(b.site_id is null or a.site_id is null or row(${values('b')}) is distinct from row(${values('a')}))`;
};

/** A full join, so that rows that only one side has come out too. */
function joinedRows(pair: TablePair, parts: readonly DifferingPart[], where: RawBuilder<unknown>): RawBuilder<unknown> {
  const sites = parts.map(({ siteId }) => siteId);
  const ofParts =
    pair.grain === undefined
      ? sql`t.site_id = any (${[...new Set(sites)]}::int[])`
      : sql`(t.site_id, t.day) in (select * from unnest(${sites}::int[], ${parts.map(({ day }) => day)}::date[]))`;
  const side = (table: RawBuilder<unknown>) => sql`(select t.* from ${table} t where ${ofParts} and ${where})`;
  const same = pair.keys.map((key) => sql`b.${sql.ref(key)} = a.${sql.ref(key)}`);
  return sql`${side(pair.before)} b full join ${side(pair.after)} a on ${sql.join(same, sql` and `)}`;
}
