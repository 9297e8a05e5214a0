import { sql } from 'kysely';
import { appendEvent } from '../../log/append-event.ts';
import type { NewEvent } from '../../log/events/event.ts';
import type { Db, Tx } from '../../platform/database.ts';
import { NotFound } from '../../platform/errors.ts';
import { rulesOf, type Catalog } from '../catalog.ts';
import { completeFacts } from '../engine/catch-up.ts';
import { readFollowing } from '../engine/following.ts';
import { lockGenerations } from '../engine/generation.ts';
import { PARKED_STREAM } from '../engine/left-out.ts';
import { isTransient } from '../engine/poison.ts';
import { FactsFailed, foldRange, ViewFailed } from '../engine/step.ts';
import { requireComplete, FactsIncomplete } from '../engine/upgrade.ts';
import { readParked } from './parked.read.ts';

/** A worker holds a checkpoint for the length of a batch. */
const PATIENCE = sql.lit('60s');

/** What came of a retry. Plain JSON. */
export interface RetriedHit {
  readonly position: number;
  /** It is folded, or will be, into every generation in which it was parked. */
  readonly folded: boolean;
  readonly generations: readonly {
    /** Of facts. */
    readonly generation: number;
    /** Why it stays parked there; null: it is parked there no more. */
    readonly error: string | null;
  }[];
}

/**
 * Folds a parked hit once more, as a late hit, into each generation in which it is parked: facts, views and the end of
 * its parking in one transaction under the checkpoint's lock. The checkpoint does not move. That is safe because
 * attributes go by time and position, and sets only grow. Where it fails again it stays parked, with the new error; a
 * view that fails is not suspended for it, as it was whole without the hit.
 *
 * @param db one connection as owner, with the settings of a projector
 * @throws NotFound where nothing is parked at the position
 */
export async function retryParked(db: Db, catalog: Catalog, position: bigint): Promise<RetriedHit> {
  const rows = await db
    .selectFrom('projection_parked')
    .select('generation')
    .where('position', '=', position.toString())
    .orderBy('generation')
    .execute();
  if (rows.length === 0) throw notParked(position);
  const generations: { generation: number; error: string | null }[] = [];
  for (const { generation } of rows) {
    const error = await retryIn(db, catalog, generation, position);
    generations.push({ generation, error });
  }
  return { position: Number(position), folded: generations.every(({ error }) => error === null), generations };
}

async function retryIn(db: Db, catalog: Catalog, generation: number, position: bigint): Promise<string | null> {
  try {
    return await db.transaction().execute((tx) => foldAgain(tx, catalog, generation, position));
  } catch (e) {
    if (e instanceof FactsIncomplete) {
      await completeFacts(db, catalog, generation);
      return await retryIn(db, catalog, generation, position);
    }
    if (!(e instanceof FactsFailed || e instanceof ViewFailed) || isTransient(e.cause)) throw e;
    await db
      .updateTable('projection_parked')
      .set({ error: e.message })
      .where('generation', '=', generation)
      .where('position', '=', position.toString())
      .execute();
    return e.message;
  }
}

async function foldAgain(tx: Tx, catalog: Catalog, generation: number, position: bigint): Promise<string | null> {
  await sql`set local lock_timeout = ${PATIENCE}`.execute(tx);
  const checkpoint = await tx
    .selectFrom('projections')
    .select(['position', 'rules_version', 'spam_hosts', 'state'])
    .where('generation', '=', generation)
    .forUpdate()
    .executeTakeFirst();
  if (checkpoint === undefined) return null; // the generation is gone, and what was parked in it
  // The chunk that parked it is done: nobody would come by it again.
  if (checkpoint.state === 'building') return 'the generation is still being built: retry when it is ready';
  const rules = rulesOf(catalog, checkpoint);
  const views = await readFollowing(tx, generation, catalog);
  if (rules === undefined || views === null) {
    return 'this Antics has not its version of the rules or of a view: retry with the version that has';
  }
  const { numDeletedRows } = await tx
    .deleteFrom('projection_parked')
    .where('generation', '=', generation)
    .where('position', '=', position.toString())
    .executeTakeFirst();
  // Somebody else has seen to it; or the fold has yet to come by, and takes it then.
  if (numDeletedRows === 0n || BigInt(checkpoint.position) < position) return null;
  await requireComplete(tx, generation);
  await foldRange(tx, generation, { from: position - 1n, to: position, rules, views, catalog });
  return null;
}

/** Who discards, as the log records it. */
export type Discarder = Pick<NewEvent, 'actor' | 'actorKind' | 'commandId'>;

/** Plain JSON. */
export interface DiscardedHit {
  readonly position: number;
  readonly discarded: true;
  /** False: it had been discarded before, and nothing was recorded. */
  readonly recorded: boolean;
}

/**
 * Lets a parked hit count nowhere, for good: on record, so that rebuilds leave it out, too. It stays in the log. Done
 * again, it changes nothing.
 *
 * @param tx of the owner: parked hits are his
 * @throws NotFound where nothing is parked at the position, and nothing there was discarded
 */
export async function discardParked(tx: Tx, position: bigint, by: Discarder): Promise<DiscardedHit> {
  // Whoever folds past it from here on finds the event, and whoever has it in hand is waited for.
  await sql`set local lock_timeout = ${PATIENCE}`.execute(tx);
  await lockGenerations(tx);
  await tx.selectFrom('projections').select('generation').orderBy('generation').forUpdate().execute();
  const [hit] = await readParked(tx, position.toString());
  if (hit === undefined) {
    if (!(await isDiscarded(tx, position))) throw notParked(position);
    return { position: Number(position), discarded: true, recorded: false };
  }
  await tx.deleteFrom('projection_parked').where('position', '=', position.toString()).execute();
  // Without a site nobody would blank the text, which may quote the hit.
  const ofSite = hit.site_id === null ? {} : { site: hit.site_id, private: { before: { error: hit.error } } };
  await appendEvent(tx, {
    type: 'HitDiscarded',
    schemaVersion: 1,
    data: { position: position.toString() },
    stream: PARKED_STREAM,
    expectedVersion: null,
    command: 'DiscardHit',
    before: { position: hit.position },
    after: null,
    ...ofSite,
    ...by,
  });
  return { position: Number(position), discarded: true, recorded: true };
}

async function isDiscarded(tx: Tx, position: bigint): Promise<boolean> {
  const { rows } = await sql`select from log_events
    where stream = ${PARKED_STREAM} and type = 'HitDiscarded' and (data ->> 'position')::bigint = ${position.toString()}::bigint limit 1`.execute(tx);
  return rows.length > 0;
}

function notParked(position: bigint): NotFound {
  return new NotFound(`No hit is parked at position ${position}.`);
}

/** The position that a text says. @throws NotFound */
export function parkedPosition(text: string): bigint {
  if (!/^[1-9]\d{0,17}$/.test(text)) throw new NotFound('No hit is parked there: it is no position.');
  return BigInt(text);
}
