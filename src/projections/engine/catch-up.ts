import { setTimeout as sleep } from 'node:timers/promises';
import type { Db, Tx } from '../../platform/database.ts';
import { Conflict, OperatorError } from '../../platform/errors.ts';
import { rulesOf, type Catalog } from '../catalog.ts';
import type { Rules } from '../facts/rules.ts';
import { readFollowing, type Following } from './following.ts';
import { foldStepPastPoison } from './poison.ts';
import './projections.tables.ts';

const BATCH = 10_000;
/** A worker holds a checkpoint for the length of a batch. */
const BUSY_MS = 20;

/** Brings facts up to date that were made by an older version of Antics, or folded by one since: see `upgrade.ts`. */
export async function completeFacts(db: Db, catalog: Catalog, generation: number): Promise<void> {
  await catchUp(db, catalog, generation, 0n);
}

/** What a generation of facts is folded by. @throws NotOurs where this code lacks a version; Conflict where it is gone */
export async function foldedBy(
  tx: Tx,
  catalog: Catalog,
  generation: number,
): Promise<{ rules: Rules; views: readonly Following[] }> {
  const made = await tx
    .selectFrom('projections')
    .select(['rules_version', 'spam_hosts', 'state'])
    .where('generation', '=', generation)
    .executeTakeFirst();
  if (made === undefined) {
    throw new Conflict(`Generation ${generation} is not there any more: it was discarded, or another switch replaced it.`);
  }
  if (made.state === 'building') throw new Conflict(`Generation ${generation} is still being built.`);
  const [rules, views] = [rulesOf(catalog, made), await readFollowing(tx, generation, catalog)];
  if (rules === undefined || views === null) throw new NotOurs(generation);
  return { rules, views };
}

/** This code cannot fold the generation: another version of Antics made it. */
export class NotOurs extends OperatorError {
  constructor(generation: number) {
    super(
      `this Antics has not the versions of the rules and views of generation ${generation}: ` +
        'run the version that made it, or discard it',
    );
  }
}

/**
 * Folds a generation of facts up to `target`, or to where the head stood at some moment, beside workers or without.
 * @param db one connection as owner (temporary tables)
 */
export async function catchUp(db: Db, catalog: Catalog, generation: number, target?: bigint): Promise<void> {
  for (;;) {
    const options = { catalog, maxBatch: BATCH, ...(target === undefined ? {} : { target }) };
    const step = await foldStepPastPoison(db, generation, options, () => undefined);
    if (step.kind === 'busy') {
      await foldedBy(db, catalog, generation);
      await sleep(BUSY_MS);
    } else if (step.kind !== 'filled' && (step.atHead || (target !== undefined && step.position >= target))) return;
  }
}
