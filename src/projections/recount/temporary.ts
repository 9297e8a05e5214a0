import { sql, type RawBuilder } from 'kysely';

import type { Tx } from '../../platform/database.ts';

/** A temporary table of the recount. None outlives its transaction. */
export const temporary = (name: string): RawBuilder<unknown> => sql`pg_temp.${sql.ref(`recount_${name}`)}`;

/**
 * Makes a temporary table of what is selected, in place of one of that name. `planned`: the columns by which it is
 * joined, which the planner has to know; it would take the rows of a table that nobody analysed for few.
 */
export async function makeTemporary(
  tx: Tx,
  name: string,
  select: RawBuilder<unknown>,
  planned: readonly string[] = [],
): Promise<void> {
  await dropTemporary(tx, name);
  await sql`create temp table ${sql.ref(`recount_${name}`)} on commit drop as ${select}`.execute(tx);
  if (planned.length === 0) return;
  await sql`analyze ${temporary(name)} (${sql.join(planned.map((column) => sql.ref(column)))})`.execute(tx);
}

export async function dropTemporary(tx: Tx, name: string): Promise<void> {
  await sql`drop table if exists ${temporary(name)}`.execute(tx);
}

/** A list as one SQL constant: parallel workers and the planner see through it. */
export const integers = (list: readonly (number | string)[], type: 'int' | 'bigint'): RawBuilder<unknown> =>
  sql`${sql.lit(`{${list.join()}}`)}::${sql.raw(type)}[]`;

export const texts = (list: readonly string[]): RawBuilder<unknown> =>
  sql`array[${sql.join(list.map((text) => sql.lit(text)))}]::text[]`;
