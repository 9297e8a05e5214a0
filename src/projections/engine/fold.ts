import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { ensureBatchTables } from '../facts/batch.tables.ts';
import { dropExcluded } from '../facts/exclusions.ts';
import { keepFrontiers, moveFrontiers, type FrontierMove } from '../facts/frontier.ts';
import { interpretUnknown } from '../facts/interpret.ts';
import type { Names } from '../facts/names.ts';
import { readOldVisits, touchVisitors } from '../facts/old-visits.ts';
import { turnIntoPages } from '../facts/page-rule.ts';
import { collectTerms, readBatch, type Range } from '../facts/read-batch.ts';
import type { Rules } from '../facts/rules.ts';
import { measureViews, numberVisits } from '../facts/sessions.ts';
import { buildVisits } from '../facts/new-visits.ts';
import { prepareRun, withoutLoops, type Run } from '../facts/run.ts';
import { diffVisits } from '../facts/visit-delta.ts';
import { writeFacts } from '../facts/write-facts.ts';
import type { View } from '../views/view.ts';

/** What the views go on with. */
export interface Folded {
  run: Run;
  move: FrontierMove;
}

/** Folds a range of the log into the facts; leaves the deltas in the temporary tables for the views. */
export async function foldFacts(tx: Tx, names: Names, rules: Rules, range: Range): Promise<Folded> {
  const unknown = await readBatch(tx, names, range);
  if (unknown.length > 0) {
    await interpretUnknown(tx, names, rules);
    await sql`delete from batch_hit where not known`.execute(tx);
    const left = await readBatch(tx, names, range, unknown);
    if (left.length > 0) throw new Error('an agent or source stayed without interpretation');
  }
  await dropExcluded(tx, names);
  await turnIntoPages(tx, rules);
  const run = await prepareRun(tx);
  await collectTerms(run, names);
  await touchVisitors(run);
  await foldTouched(run, names, rules);
  return { run, move: await moveFrontiers(run, names) };
}

/** Makes the visits of the visitor-days in `touched` anew from hits that are there, of which something has changed. */
export async function refoldTouched(tx: Tx, names: Names, rules: Rules): Promise<Folded> {
  const run = await prepareRun(tx);
  await foldTouched(run, names, rules);
  return { run, move: await keepFrontiers(run, names) };
}

async function foldTouched(run: Run, names: Names, rules: Rules): Promise<void> {
  const { replays } = await readOldVisits(run, names);
  await withoutLoops(run, async () => {
    await numberVisits(run, names, rules, replays);
    await measureViews(run, rules, replays);
    await buildVisits(run, names);
    await diffVisits(run, names);
  });
  await writeFacts(run, names, replays);
}

/** Temporary tables of facts and views, where the connection has none yet. */
export async function prepareConnection(tx: Tx, views: readonly View[]): Promise<void> {
  await ensureBatchTables(
    tx,
    views.flatMap((view) => view.scratch ?? []),
  );
}

/** Empties the temporary tables of a view, which is to be folded once more in this transaction. */
export async function clearScratch(tx: Tx, view: View): Promise<void> {
  for (const { table } of view.scratch ?? []) await sql`delete from ${sql.ref(table)}`.execute(tx);
}
