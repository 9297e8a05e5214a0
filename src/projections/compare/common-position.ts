import { sql } from 'kysely';
import type { Database, Db, Tx } from '../../platform/database.ts';
import { Conflict, Unavailable } from '../../platform/errors.ts';
import type { Catalog } from '../catalog.ts';
import { catchUp, foldedBy } from '../engine/catch-up.ts';
import { FactsFailed, foldRange, ViewFailed } from '../engine/step.ts';
import { FactsIncomplete, requireComplete } from '../engine/upgrade.ts';
import '../engine/projections.tables.ts';

/** Positions that are folded while both checkpoints are held: a second's work at most. */
const SMALL_GAP = 10_000n;
/** A worker goes on with one of the two in the moment between the last fold and the snapshot; then once more. */
const TRIES = 200;
/** A worker holds a checkpoint for the length of a batch, a build for that of a chunk. */
const PATIENCE = sql.lit('60s');
/** A comparison takes seconds; its snapshot must not end with a slow client either. */
const LONGEST = sql.lit('30min');

export interface CommonPositionOptions {
  /** Of the owner, two connections at least. */
  owner: Database;
  catalog: Catalog;
  /** Generations of facts. The same twice: whatever stands upon them has one position. */
  generations: readonly [number, number];
}

/**
 * Runs `read` in a snapshot in which both generations of facts stand at one position, whether workers go on or none is
 * there, whatever comes in meanwhile. Both checkpoints are held twice for moments: while the one behind is folded up to
 * the other, and while the snapshot is taken. Nothing is held while `read` runs.
 */
export async function atCommonPosition<T>(
  { owner, catalog, generations }: CommonPositionOptions,
  read: (tx: Tx, position: bigint) => Promise<T>,
): Promise<T> {
  return await owner.db.connection().execute(async (folding) => {
    if (generations[0] !== generations[1]) await closeIn(folding, catalog, generations);
    for (let tried = 0; tried < TRIES; tried++) {
      await level(folding, catalog, generations);
      const done = await inSnapshot(owner.db, folding, generations, read);
      if (done !== null) return done.value;
    }
    throw new Unavailable('no_common_position', 'The generations did not come to stand at one position: try again.', 5);
  });
}

/** Folds what is far behind in steps that hold its own checkpoint alone. */
async function closeIn(db: Db, catalog: Catalog, generations: readonly [number, number]): Promise<void> {
  for (;;) {
    const { behind, target, gap } = await readGap(db, generations, false);
    if (gap <= SMALL_GAP) return;
    await catchUp(db, catalog, behind, target);
  }
}

interface Gap {
  behind: number;
  /** Where the one behind stands, and the other. */
  from: bigint;
  target: bigint;
  gap: bigint;
}

async function readGap(tx: Tx, generations: readonly [number, number], locking: boolean): Promise<Gap> {
  const rows = await tx
    .selectFrom('projections')
    .select(['generation', 'position', 'state'])
    .where('generation', 'in', [...generations])
    .orderBy('position')
    .$if(locking, (query) => query.clearOrderBy().orderBy('generation').forUpdate())
    .execute();
  const stands = rows
    .map((row) => ({ generation: row.generation, at: BigInt(row.position), state: row.state }))
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  const [behind, ahead] = [stands[0], stands.at(-1)];
  if (behind === undefined || ahead === undefined || stands.length !== new Set(generations).size) {
    throw new Conflict('A generation was dropped meanwhile: it was discarded, or another one was switched to.');
  }
  if (stands.some(({ state }) => state === 'building')) throw new Conflict('A generation is still being built.');
  return { behind: behind.generation, from: behind.at, target: ahead.at, gap: ahead.at - behind.at };
}

/** Folds the one behind up to the other while neither moves. */
async function level(db: Db, catalog: Catalog, generations: readonly [number, number]): Promise<void> {
  if (generations[0] === generations[1]) return;
  try {
    await db.transaction().execute(async (tx) => {
      await patiently(tx);
      const { behind, from, target, gap } = await readGap(tx, generations, true);
      if (gap === 0n || gap > SMALL_GAP) return;
      await requireComplete(tx, behind);
      const { rules, views } = await foldedBy(tx, catalog, behind);
      await foldRange(tx, behind, { from, to: target, rules, views, catalog });
      const stands = { position: target, facts_filled: sql<string | null>`facts_filled + ${target - from}` };
      await tx.updateTable('projections').set(stands).where('generation', '=', behind).execute();
    });
  } catch (e) {
    if (!(e instanceof FactsFailed || e instanceof ViewFailed || e instanceof FactsIncomplete)) throw e;
    // A hit or a view fails: the way of the workers parks or suspends it. What facts lack, they fill in.
    const { behind, target } = await readGap(db, generations, false);
    await catchUp(db, catalog, behind, target);
  }
}

async function patiently(tx: Tx): Promise<void> {
  await sql`set local lock_timeout = ${PATIENCE}`.execute(tx);
  await sql`set local idle_in_transaction_session_timeout = ${PATIENCE}`.execute(tx);
}

/** Null where they do not stand at one position any more. */
async function inSnapshot<T>(
  db: Db,
  holding: Db,
  generations: readonly [number, number],
  read: (tx: Tx, position: bigint) => Promise<T>,
): Promise<{ value: T } | null> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      // Settings take no snapshot; the first query does.
      await sql`set local idle_in_transaction_session_timeout = ${LONGEST}`.execute(tx);
      await sql`set local statement_timeout = ${LONGEST}`.execute(tx);
      const position = await holding.transaction().execute(async (held) => {
        await patiently(held);
        const { gap, target } = await readGap(held, generations, true);
        if (gap !== 0n) return null;
        await sql`select 1 from projections limit 1`.execute(tx);
        return target;
      });
      return position === null ? null : { value: await read(tx, position) };
    });
}
