import { sql } from 'kysely';
import type { Db } from '../../src/platform/database.ts';

/**
 * Where one of these texts stands in the database: every column of every table of every schema that is not the
 * server's own, read as text (arrays, JSON) and, where it is bytes, as what they spell. `schema.table column: value`.
 */
export async function findTraces(db: Db, texts: readonly string[]): Promise<string[]> {
  const { rows: columns } = await sql<{ schema: string; table: string; column: string; bytes: boolean }>`
    select n.nspname as schema, c.relname as table, a.attname as column, a.atttypid = 'bytea'::regtype as bytes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
    where c.relkind in ('r', 'm') and a.attnum > 0 and not a.attisdropped
      and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'
    order by 1, 2, 3`.execute(db);
  const found: string[] = [];
  for (const { schema, table, column, bytes } of columns) {
    const text = bytes ? sql`encode(${sql.ref(column)}, 'escape')` : sql`${sql.ref(column)}::text`;
    const { rows } = await sql<{ value: string }>`
      select value from (select lower(${text}) as value from ${sql.table(`${schema}.${table}`)}) x
      where ${sql.join(texts.map((one) => sql`strpos(value, ${one.toLowerCase()}) > 0`), sql` or `)} limit 3`.execute(db);
    found.push(...rows.map(({ value }) => `${schema}.${table} ${column}: ${value.slice(0, 200)}`));
  }
  return found;
}
