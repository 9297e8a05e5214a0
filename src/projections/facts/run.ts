import { createHash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../../platform/database.ts';

/** Runs a statement of a fold and answers its rows. Its text must be the same for every batch: literals, no values. */
export type Run = <T>(statement: RawBuilder<T>) => Promise<T[]>;

/**
 * Statements of a fold are prepared once a connection: a batch has some thirty, and planning them took longer than a
 * batch of a thousand hits. Their plans must then hold for tables of any size:
 * - scans of whole tables are off, so that what has an index is found by it;
 * - a large table is looked up row by row, through LATERAL (… OFFSET 0) or its ctid, never by a join that the planner
 *   could turn into a pass over all of it;
 * - temporary tables are joined by hash or merge (`withoutLoops`): nobody analyses them, the planner expects one row of
 *   a join by three columns, and would loop over thousands.
 */
export async function prepareRun(tx: Tx): Promise<Run> {
  await sql`set local enable_seqscan = off`.execute(tx);
  const { rows } = await sql<{ names: string[] | null }>`
    select array_agg(name) as names from pg_prepared_statements`.execute(tx);
  const prepared = new Set(rows[0]?.names);
  return async (statement) => {
    const { sql: text, parameters } = statement.compile(tx);
    if (parameters.length > 0) throw new Error('a prepared statement of a fold takes no values');
    const name = `fold_${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
    if (!prepared.has(name)) {
      await sql`prepare ${sql.ref(name)} as ${sql.raw(text)}`.execute(tx);
      prepared.add(name);
    }
    return (await sql`execute ${sql.ref(name)}`.execute(tx)).rows as never;
  };
}

/** Runs what joins temporary tables. */
export async function withoutLoops(tx: Tx, run: () => Promise<void>): Promise<void> {
  await sql`set local enable_nestloop = off`.execute(tx);
  await run();
  await sql`set local enable_nestloop = on`.execute(tx);
}
