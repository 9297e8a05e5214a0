import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { ensureBatchTables } from '../facts/batch.tables.ts';
import { moveFrontiers, type FrontierMove } from '../facts/frontier.ts';
import { interpretUnknown, type Rules } from '../facts/interpret.ts';
import type { Names } from '../facts/names.ts';
import { readOldVisits } from '../facts/old-visits.ts';
import { collectTerms, readBatch, type Range } from '../facts/read-batch.ts';
import { measureTime, numberVisits } from '../facts/sessions.ts';
import { buildVisits } from '../facts/new-visits.ts';
import { diffVisits } from '../facts/visit-delta.ts';
import { writeFacts } from '../facts/write-facts.ts';
import type { View } from '../views/view.ts';

/** Folds a range of the log into the facts; leaves the deltas in the temporary tables for the views. */
export async function foldFacts(tx: Tx, names: Names, rules: Rules, range: Range): Promise<FrontierMove> {
  if (!(await readBatch(tx, names, range))) {
    await interpretUnknown(tx, names, rules);
    await sql`truncate batch_hit`.execute(tx);
    if (!(await readBatch(tx, names, range))) throw new Error('an agent or source stayed without interpretation');
  }
  await collectTerms(tx, names);
  const { replays } = await readOldVisits(tx, names);
  // Nobody analyses temporary tables: of a join by three columns the planner expects one row, and would loop over
  // thousands. There, all of them are joined by hash or merge.
  await sql`set local enable_nestloop = off`.execute(tx);
  await numberVisits(tx, names, replays);
  await measureTime(tx);
  await buildVisits(tx, names);
  await diffVisits(tx, names);
  await sql`set local enable_nestloop = on`.execute(tx);
  await writeFacts(tx, names, replays);
  return await moveFrontiers(tx, names);
}

/** Temporary tables of facts and views, where the connection has none yet. */
export async function prepareConnection(tx: Tx, views: readonly View[]): Promise<void> {
  await ensureBatchTables(
    tx,
    views.flatMap((view) => view.scratch ?? []),
  );
}
