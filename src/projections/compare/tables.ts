import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { GRAINS, type Grain } from '../facts/frontier.ts';
import type { Names } from '../facts/names.ts';

/** One table, as it stands in both generations. */
export interface TablePair {
  readonly view: string;
  /** Without its schema. */
  readonly table: string;
  readonly before: RawBuilder<unknown>;
  readonly after: RawBuilder<unknown>;
  /** Columns of the primary key; none: facts, which have no key. */
  readonly keys: readonly string[];
  /** The other columns that both have, by name. */
  readonly values: readonly Column[];
  /** Whose `day` that is; undefined: the table has no days. */
  readonly grain: 'day' | Grain | undefined;
  /** Rows that may be missing on either side, being too old: only what the condition holds for is compared. */
  readonly recent?: RawBuilder<unknown>;
}

export interface Column {
  readonly name: string;
  /** As PostgreSQL calls it: `bigint`, `bigint[]`. */
  readonly type: string;
}

interface Described {
  keys: string[];
  columns: Column[];
}

/** Columns and primary key of a table; null where there is none of that name. */
async function describe(tx: Tx, names: Names, table: string): Promise<Described | null> {
  const { rows } = await sql<{ name: string; type: string; key: boolean }>`
    select a.attname as name, format_type(a.atttypid, null) as type, coalesce(a.attnum = any (i.indkey), false) as key
    from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
    where a.attrelid = to_regclass(${nameOf(tx, names, table)}) and a.attnum > 0 and not a.attisdropped
    order by a.attname`.execute(tx);
  if (rows.length === 0) return null;
  const keys = rows.filter(({ key }) => key).map(({ name }) => name);
  return { keys, columns: rows.map(({ name, type }) => ({ name, type })) };
}

const nameOf = (tx: Tx, names: Names, table: string): string => sql`${names(table)}`.compile(tx).sql;

/** What can be compared of a table, or why it cannot. */
export interface Paired {
  pair: TablePair | null;
  /** Sentences for the reader. */
  leftOut: string[];
}

export async function pairUp(
  tx: Tx,
  o: { view: string; table: string; before: Names; after: Names; recent?: RawBuilder<unknown> },
): Promise<Paired> {
  const [before, after] = [await describe(tx, o.before, o.table), await describe(tx, o.after, o.table)];
  if (before === null && after === null) return { pair: null, leftOut: [] };
  if (before === null || after === null) {
    return { pair: null, leftOut: [`${o.table}: only one of the two versions of ${o.view} has that table`] };
  }
  if (before.keys.join() !== after.keys.join()) {
    return { pair: null, leftOut: [`${o.table}: the two versions of ${o.view} find its rows by other columns`] };
  }
  const same = before.columns.filter(({ name, type }) => after.columns.some((c) => c.name === name && c.type === type));
  const alone = [...before.columns, ...after.columns].filter(({ name }) => !same.some((c) => c.name === name));
  const pair: TablePair = {
    view: o.view,
    table: o.table,
    before: o.before(o.table),
    after: o.after(o.table),
    keys: before.keys,
    values: same.filter(({ name }) => !before.keys.includes(name)),
    grain: same.some(({ name }) => name === 'day') ? (GRAINS.find((g) => o.table.endsWith(`_${g}`)) ?? 'day') : undefined,
    ...(o.recent === undefined ? {} : { recent: o.recent }),
  };
  const names = [...new Set(alone.map(({ name }) => name))].sort();
  return { pair, leftOut: names.length === 0 ? [] : [`${o.table}: ${names.join(', ')}, which both versions have not alike`] };
}
