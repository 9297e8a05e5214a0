import { createHash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../../platform/database.ts';

/**
 * Runs the statements of a fold in the order in which they are given. Their text must be the same for every batch:
 * literals, no values. Most answer nothing, so that several go to the server together: what is wrong with one is told
 * by the next `rows` or `flush`, and whoever runs something beside it, on the same transaction, has to `flush` before.
 */
export interface Run {
  (statement: RawBuilder<unknown>): Promise<void>;
  /** Of the server, from here to the next time that it is set, or the end of the transaction. */
  set(name: string, value: 'on' | 'off'): void;
  /** Runs all that was given, then this. Answers its rows. */
  rows<T>(statement: RawBuilder<T>): Promise<T[]>;
  /** Runs all that was given. */
  flush(): Promise<void>;
}

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
  const { rows } = await sql<{ names: string[] | null }>`
    select array_agg(name) as names from pg_prepared_statements`.execute(tx);
  const prepared = new Set(rows[0]?.names);
  let given: string[] = ['set local enable_seqscan = off'];

  /** The name under which a statement is prepared once those given so far have run. */
  const nameOf = (statement: RawBuilder<unknown>): string => {
    const { sql: text, parameters } = statement.compile(tx);
    if (parameters.length > 0) throw new Error('a prepared statement of a fold takes no values');
    const name = `fold_${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
    if (!prepared.has(name)) {
      given.push(`prepare ${name} as ${text}`);
      prepared.add(name);
    }
    return name;
  };
  const flush = async (): Promise<void> => {
    if (given.length === 0) return;
    const together = given.join(';\n');
    given = [];
    await sql.raw(together).execute(tx);
  };
  const run = (statement: RawBuilder<unknown>): Promise<void> => {
    given.push(`execute ${nameOf(statement)}`);
    return Promise.resolve();
  };
  return Object.assign(run, {
    set(name: string, value: 'on' | 'off'): void {
      given.push(`set local ${name} = ${value}`);
    },
    async rows<T>(statement: RawBuilder<T>): Promise<T[]> {
      const name = nameOf(statement);
      await flush();
      return (await sql.raw<T>(`execute ${name}`).execute(tx)).rows;
    },
    flush,
  });
}

/** Runs what joins temporary tables. */
export async function withoutLoops(run: Run, work: () => Promise<void>): Promise<void> {
  run.set('enable_nestloop', 'off');
  await work();
  run.set('enable_nestloop', 'on');
}
