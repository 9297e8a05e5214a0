import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { schemaOf } from '../facts/names.ts';
import './projections.tables.ts';

/** Drops facts with every view that follows them, and what was noted about them. Call `lockGenerations` before. */
export async function dropFacts(tx: Tx, generation: number): Promise<void> {
  const views = await tx.selectFrom('projection_views').select('generation').where('facts', '=', generation).execute();
  for (const number of new Set([generation, ...views.map((row) => row.generation)])) await dropSchema(tx, number);
  await tx.deleteFrom('projection_parked').where('generation', '=', generation).execute();
  await tx.deleteFrom('projections').where('generation', '=', generation).execute(); // and its views by cascade
}

/**
 * Drops one generation of a view: its tables, and its schema where it has one of its own. `tables` are those of its
 * version, of which some may stand with the facts.
 */
export async function dropView(
  tx: Tx,
  { generation, view, facts }: { generation: number; view: string; facts: number },
  tables: readonly string[],
): Promise<void> {
  await tx.deleteFrom('projection_views').where('generation', '=', generation).where('view', '=', view).execute();
  await tx.deleteFrom('projection_suspended').where('generation', '=', generation).where('view', '=', view).execute();
  if (generation !== facts) {
    await dropSchema(tx, generation);
    return;
  }
  for (const table of tables) {
    await sql`drop table if exists ${sql.table(`${schemaOf(generation)}.${table}`)}`.execute(tx);
  }
}

async function dropSchema(tx: Tx, generation: number): Promise<void> {
  await tx.deleteFrom('projection_suspended').where('generation', '=', generation).execute();
  await sql`drop schema if exists ${sql.ref(schemaOf(generation))} cascade`.execute(tx);
}
