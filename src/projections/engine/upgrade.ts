import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/database.ts';
import { addFactColumns, FACTS_VERSION } from '../facts/facts.tables.ts';
import { namesOf, type Names } from '../facts/names.ts';
import type { Rules } from '../facts/rules.ts';
import { isPassive, VITALS, vitalsOfHit } from '../facts/vitals.ts';
import { refoldTouched, type Folded } from './fold.ts';
import './projections.tables.ts';

/**
 * Facts that an older version of Antics made are brought up to date where they stand, by whoever folds them next: first
 * the columns, in a moment; then, a range of the log at a time, what belongs there. A range is one transaction with the
 * checkpoint's lock, in place of a fold; where it was cut off, the next goes on. Nothing else is folded until it is done.
 *
 * A process of the older version, that runs beside, folds without filling in anything, and moves the checkpoint alone:
 * what is between `facts_filled` and `position` then is filled in by the next that knows better.
 */

/** Positions that are looked through at once: about a second's work. */
const RANGE = 1_000_000n;

/** Readers end within moments; they must not queue behind us for longer. */
const PATIENCE = sql.lit('200ms');
/** A fold lasts as long as a batch, a builder as long as a chunk; nobody reads what is built. */
const PATIENCE_WITH_FOLDS = sql.lit('60s');
const TRIES = 40;
const PAUSE_MS = 250;
const LOCKED = new Set(['55P03', '40P01']); // lock not available, deadlock

/** Of a row of `projections`. */
export interface FactsState {
  readonly position: string;
  readonly facts_version: number;
  readonly facts_filled: string | null;
}

export const lacksColumns = (state: Pick<FactsState, 'facts_version'>): boolean => state.facts_version < FACTS_VERSION;

export const isComplete = (state: FactsState): boolean =>
  !lacksColumns(state) && (state.facts_filled === null || BigInt(state.facts_filled) >= BigInt(state.position));

/** Facts lack something that is to be read from them: `completeFacts` sees to it, or the next fold of a worker. */
export class FactsIncomplete extends Error {
  readonly generation: number;
  constructor(generation: number) {
    super(`the facts of generation ${generation} are not brought up to date yet`);
    this.generation = generation;
  }
}

/** @throws FactsIncomplete */
export async function requireComplete(tx: Tx, generation: number): Promise<void> {
  const state = await readState(tx, generation);
  if (state !== undefined && !isComplete(state)) throw new FactsIncomplete(generation);
}

async function readState(tx: Tx, generation: number): Promise<FactsState | undefined> {
  return await tx
    .selectFrom('projections')
    .select(['position', 'facts_version', 'facts_filled'])
    .where('generation', '=', generation)
    .executeTakeFirst();
}

/** Adds the columns where they are not there yet. Readers notice nothing: who reads for long is waited for elsewhere. */
export async function addColumns(db: Db, generation: number): Promise<void> {
  for (let tried = 1; ; tried++) {
    const state = await readState(db, generation);
    if (state === undefined || !lacksColumns(state)) return;
    try {
      return await tryToAdd(db, generation);
    } catch (e) {
      if (tried === TRIES || !(e instanceof Error && 'code' in e && LOCKED.has(String(e.code)))) throw e;
      await sleep(PAUSE_MS);
    }
  }
}

async function tryToAdd(db: Db, generation: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`set local lock_timeout = ${PATIENCE_WITH_FOLDS}`.execute(tx);
    const row = await tx
      .selectFrom('projections')
      .select('state')
      .where('generation', '=', generation)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) return;
    if (row.state !== 'building') await sql`set local lock_timeout = ${PATIENCE}`.execute(tx);
    await addFactColumns(tx, namesOf(generation));
    await tx.updateTable('projections').set({ facts_version: FACTS_VERSION }).where('generation', '=', generation).execute();
  });
}

/**
 * Fills in the next range, in a transaction that holds the checkpoint's lock, on a connection that is prepared for a fold.
 * Answers what changed of visits, for the views; null: nothing.
 */
export async function fillFacts(tx: Tx, generation: number, state: FactsState, rules: Rules): Promise<Folded | null> {
  const { rows } = await sql<{ since: string }>`select log_replayable_since() as since`.execute(tx);
  const [filled, first] = [BigInt(state.facts_filled ?? state.position), BigInt(rows[0]?.since ?? 1) - 1n];
  const [from, position] = [filled < first ? first : filled, BigInt(state.position)];
  const to = from + RANGE < position ? from + RANGE : position;
  const changed = await fillRange(tx, namesOf(generation), from, to);
  await tx.updateTable('projections').set({ facts_filled: to }).where('generation', '=', generation).execute();
  return changed ? await refoldTouched(tx, namesOf(generation), rules) : null;
}

/** Notes in `touched` whose visits are others by it, and answers whether there are any. */
async function fillRange(tx: Tx, names: Names, from: bigint, to: bigint): Promise<boolean> {
  const vitals = VITALS.map(({ column }) => column);
  const all = (of: string) => sql.join(['passive', ...vitals].map((column) => sql.ref(`${of}.${column}`)));
  // What there is of these is found by index, and there were hardly any.
  await sql`set local enable_seqscan = off`.execute(tx);
  const { rows } = await sql`
    with told as materialized (
      select visitor, site_id, day, position, passive, x.* from (
        select l.visitor, l.site_id, l.day, l.position, ${isPassive} as passive, array[${vitalsOfHit}] as vitals
        from log_hits l
        where l.position > ${sql.lit(from)} and l.position <= ${sql.lit(to)} and l.site_id <> 0
          and (l.vitals is not null or l.interactive is false)) l
        cross join lateral (select ${sql.join(vitals.map((column, i) => sql`vitals[${sql.lit(i + 1)}] as ${sql.ref(column)}`))}) x
    ), found as materialized (
      select t.*, h.row_id, h.was_passive from told t cross join lateral (
        select h.ctid as row_id, h.passive as was_passive from ${names('hit')} h
        where h.site_id = t.site_id and h.day = t.day and h.visitor = t.visitor and h.position = t.position
          and row(${all('h')}) is distinct from row(${all('t')}) offset 0) h
    ), filled as (
      update ${names('hit')} h set ${sql.join(['passive', ...vitals].map((column) => sql`${sql.ref(column)} = f.${sql.ref(column)}`))}
      from found f where h.ctid = f.row_id
    )
    insert into touched (visitor, site_id, day, replay)
    select distinct visitor, site_id, day, true from found where passive <> was_passive
    returning 1`.execute(tx);
  return rows.length > 0;
}
