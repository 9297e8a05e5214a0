import { sql } from 'kysely';
import { readRange } from '../../log/read-range.ts';
import type { Tx } from '../../platform/database.ts';
import { commitLazily } from '../facts/commit-lazily.ts';
import { forgetExclusions, noteExclusions } from '../facts/exclusions.ts';
import type { Names } from '../facts/names.ts';
import type { View } from '../views/view.ts';

/** The history of excluded paths up to the target: ranges of the log are read in any order. */
export async function startFacts(tx: Tx, names: Names, target: bigint): Promise<void> {
  await noteExclusions(tx, names, { from: 0n, to: target });
}

/** Views that are not built day by day. */
export async function buildLast(tx: Tx, names: Names, views: readonly View[], target: bigint): Promise<void> {
  await commitLazily(tx);
  for (const view of views) await view.build?.(tx, names, target);
}

/** Takes out what the fold forgets on its way, and lets the planner know what is there, as nothing else has yet. */
export async function finishFacts(tx: Tx, names: Names, target: bigint): Promise<void> {
  // The history is not noted again: what an erasure has taken out of it since would be there once more.
  const deleted = await readRange(tx, ['SiteDeleted'], 0n, target);
  await forgetExclusions(tx, names, deleted.map(({ event }) => event.data.site_id));
  for (const table of ['visit', 'term', 'agent', 'source', 'frontier']) await sql`analyze ${names(table)}`.execute(tx);
}
