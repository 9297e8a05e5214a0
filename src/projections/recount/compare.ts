import { sql, type RawBuilder } from 'kysely';

import type { Tx } from '../../platform/database.ts';

/** Two tables that should hold the same: what the log says, and what a view has. */
export interface Comparison {
  /** Of the view, without its schema. */
  table: string;
  /** Both with `site_id`, `day` where `hasDays`, the key columns and the measures. */
  expected: RawBuilder<unknown>;
  found: RawBuilder<unknown>;
  hasDays: boolean;
  /** Further columns by which a row is found. */
  keys: readonly string[];
  /** Columns of numbers; null is as good as 0. */
  measures: readonly string[];
  /** Columns of anything else, compared as they are. */
  others?: readonly string[];
  /** Columns that say what a row is about, beside its keys. */
  shownBy?: readonly string[];
}

/** A figure that differs, with the keys as the table holds them. */
export interface RawExample {
  site: number;
  day: string | null;
  key: Record<string, string>;
  measure: string;
  expected: string | null;
  found: string | null;
}

export interface Compared {
  rows: number;
  differences: number;
  examples: RawExample[];
}

/** Holds the two against each other in the database; only what differs comes here, `most` of it at most. */
export async function compare(tx: Tx, c: Comparison, most: number): Promise<Compared> {
  const measures = [...c.measures, ...(c.others ?? [])];
  const differs = measures.map((m) => sql`(${isDifferent(c, m)})::int`);
  const { rows } = await sql<{ rows: number; differences: number }>`
    select count(*)::float8 as rows, coalesce(sum((e.site_id is null or f.site_id is null)::int
      + ${sql.join(differs, sql` + `)}), 0)::float8 as differences
    from ${joined(c)}`.execute(tx);
  const { rows: compared, differences } = rows[0] ?? { rows: 0, differences: 0 };
  const examples = differences === 0 || most <= 0 ? [] : await readExamples(tx, c, measures, most);
  return { rows: compared, differences, examples };
}

async function readExamples(tx: Tx, c: Comparison, measures: readonly string[], most: number): Promise<RawExample[]> {
  const either = (column: string) => sql`coalesce(e.${sql.ref(column)}, f.${sql.ref(column)})`;
  const keys = [...c.keys, ...(c.shownBy ?? [])].map((k) => sql`${sql.lit(k)}, ${either(k)}::text`);
  const missing = sql`('rows', e.site_id is null or f.site_id is null,
    (e.site_id is not null)::int::text, (f.site_id is not null)::int::text)`;
  const values = measures.map((m) => sql`(${sql.lit(m)}, ${isDifferent(c, m)}, ${shown(c, 'e', m)}, ${shown(c, 'f', m)})`);
  const { rows } = await sql<RawExample>`
    select ${either('site_id')} as site, ${c.hasDays ? sql`${either('day')}::text` : sql`null`} as day,
      jsonb_build_object(${sql.join(keys)}) as key, m.measure, m.expected, m.found
    from ${joined(c)} cross join lateral (values ${sql.join([missing, ...values])}) m(measure, differs, expected, found)
    where m.differs order by 1, 2, 3, 4 limit ${most}`.execute(tx);
  return rows;
}

/** A full join, so that rows that only one of them has come out too. */
function joined(c: Comparison): RawBuilder<unknown> {
  const columns = ['site_id', ...(c.hasDays ? ['day'] : []), ...c.keys];
  const same = columns.map((column) => sql`e.${sql.ref(column)} = f.${sql.ref(column)}`);
  return sql`${c.expected} e full join ${c.found} f on ${sql.join(same, sql` and `)}`;
}

function isDifferent(c: Comparison, measure: string): RawBuilder<unknown> {
  const [e, f] = [sql`e.${sql.ref(measure)}`, sql`f.${sql.ref(measure)}`];
  return c.measures.includes(measure) ? sql`coalesce(${e}, 0) <> coalesce(${f}, 0)` : sql`${e} is distinct from ${f}`;
}

/** Null where there is no such row, which is not the same as a 0 in it. */
function shown(c: Comparison, side: 'e' | 'f', measure: string): RawBuilder<unknown> {
  const value = sql.ref(`${side}.${measure}`);
  const text = c.measures.includes(measure) ? sql`coalesce(${value}, 0)::bigint::text` : sql`${value}::text`;
  return sql`case when ${sql.ref(`${side}.site_id`)} is not null then ${text} end`;
}
