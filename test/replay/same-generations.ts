import { sql } from 'kysely';

import type { Db } from '../../src/platform/database.ts';
import { namesOf } from '../../src/projections/facts/names.ts';
import { pruneLive } from '../../src/projections/views/live/v1/live.prune.ts';
import { newestViews } from '../../src/projections/catalog.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { expectNone } from '../laws/differences.ts';

// The dictionaries are left out: what is never read of them depends on the batches.
const TABLES = ['hit', 'visit', ...newestViews(CATALOG).flatMap((view) => view.tables)];

/** Throws with rows that one generation has and the other has not. Both stand at the same position. */
export async function expectSameGenerations(db: Db, one: number, other: number): Promise<void> {
  // What is too old for any figure may have been too old for a larger batch already.
  await pruneLive(db);
  const found: string[] = [];
  for (const table of TABLES) {
    found.push(...(await without(db, table, one, other)), ...(await without(db, table, other, one)));
  }
  expectNone(`generations ${one} and ${other} are not the same`, found);
}

async function without(db: Db, table: string, some: number, others: number): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`
    select x::text as text from (
      select * from ${namesOf(some)(table)} except all select * from ${namesOf(others)(table)}) x limit 5`.execute(db);
  return rows.map((row) => `${table} of generation ${some} alone: ${row.text}`);
}
