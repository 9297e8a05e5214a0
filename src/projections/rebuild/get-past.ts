import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/database.ts';
import { buildDays, buildHits, buildLast, prepareHits } from '../build/build.ts';
import type { Catalog } from '../catalog.ts';
import { prepareConnection } from '../engine/fold.ts';
import { isOurMistake, isTransient, suspend } from '../engine/poison.ts';
import type { View } from '../views/view.ts';
import { rangeOf, type ChunkFailed } from './build-chunk.ts';
import { takeChunk } from './chunks.ts';
import { PATIENCE } from './start.ts';

/** Somebody else has the chunk in hand, or has done it: nothing is to be learned from it here. */
class Taken extends Error {}

/** Whether something is wrong with what was built, and not with the server, the moment, or our own statement. */
export function isOfTheData(e: unknown): boolean {
  return !isTransient(e) && !isOurMistake(e);
}

/**
 * Gets past what cannot be built, as the fold does: the one hit that the facts do not take is found by halving, and
 * parked for this generation; a view that fails is suspended in it, and the others go on. Everything is tried in
 * transactions that are taken back, each of which has the chunk in hand. Answers what it did, null where somebody else
 * was faster; throws the failure where that says nothing about a hit or a view.
 */
export async function getPast(db: Db, catalog: Catalog, failed: ChunkFailed): Promise<string | null> {
  try {
    return await findCulprit(db, catalog, failed);
  } catch (e) {
    if (e instanceof Taken) return null;
    throw e;
  }
}

async function findCulprit(db: Db, catalog: Catalog, failed: ChunkFailed): Promise<string> {
  const { rebuildId, phase } = failed.record;
  const attempt = (run: (tx: Tx) => Promise<unknown>): Promise<string | null> =>
    tryOut(db, catalog, async (tx) => {
      if ((await takeChunk(tx, rebuildId, phase, failed.chunk.chunk)) === undefined) throw new Taken('it is taken');
      await run(tx);
    });
  const { made, record, chunk } = failed;
  if (record.phase === 'log') return parkInLog(db, attempt, failed);
  if (record.phase === 'days' && made.whole) {
    const facts = (upTo: string | null) =>
      attempt(async (tx) => {
        if (upTo !== null) await cutOff(tx, failed, upTo);
        await buildDays(tx, made.names, made.rules, [], chunk.piece, { writeVisits: true });
      });
    if ((await facts(null)) !== null) return parkInDays(db, facts, failed);
  }
  for (const view of made.views) {
    const error = await attempt((tx) => buildAlone(tx, failed, view));
    if (error === null) continue;
    await suspend(db, made.generation, view.name, error);
    return `view ${view.name} failed: ${error}; it is suspended in generation ${made.generation}`;
  }
  throw failed.cause;
}

async function buildAlone(tx: Tx, { made, record, chunk }: ChunkFailed, view: View): Promise<void> {
  const { names, rules, whole } = made;
  if (record.phase === 'last') await buildLast(tx, names, [view], record.target ?? 0n);
  else await buildDays(tx, names, rules, [view], chunk.piece, { writeVisits: whole });
}

/** Null: it went well, and was taken back. Else the error of the data. */
async function tryOut(db: Db, catalog: Catalog, run: (tx: Tx) => Promise<unknown>): Promise<string | null> {
  const enough = new Error('it went well');
  try {
    await db.transaction().execute(async (tx) => {
      await sql`set local lock_timeout = ${PATIENCE}`.execute(tx);
      await prepareConnection(tx, catalog.views);
      await run(tx);
      throw enough;
    });
    return null;
  } catch (e) {
    if (e === enough) return null;
    if (e instanceof Taken) throw e;
    if (!isOfTheData(e)) throw e;
    return e instanceof Error ? e.message : String(e);
  }
}

type Attempt = (run: (tx: Tx) => Promise<unknown>) => Promise<string | null>;

async function parkInLog(db: Db, attempt: Attempt, failed: ChunkFailed): Promise<string> {
  const { made, record, chunk } = failed;
  const fails = (from: bigint, to: bigint) =>
    attempt(async (tx) => {
      const range = await rangeOf(tx, made, record, { from, to });
      await prepareHits(tx, made.names, made.rules, range);
      await buildHits(tx, made.names, made.rules, range);
    });
  let { from, to } = chunk;
  while (to - from > 1n) {
    const middle = from + (to - from) / 2n;
    if ((await fails(from, middle)) === null) from = middle;
    else to = middle;
  }
  const error = await fails(from, to);
  if (error === null) throw failed.cause;
  await park(db, made.generation, to.toString(), error);
  return `position ${to} is parked in generation ${made.generation}: ${error}`;
}

async function parkInDays(db: Db, fails: (upTo: string) => Promise<string | null>, failed: ChunkFailed): Promise<string> {
  const { made, chunk } = failed;
  const { rows } = await sql<{ position: string }>`select position from ${made.names('hit')}
    where ${ofPiece(failed)} order by position`.execute(db);
  // The last of the shortest beginning that fails.
  let [low, high] = [0, rows.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((await fails(rows[middle]?.position ?? '0')) === null) low = middle + 1;
    else high = middle;
  }
  const position = rows[low]?.position;
  const error = position === undefined ? null : await fails(position);
  if (position === undefined || error === null) throw failed.cause;
  await db.transaction().execute(async (tx) => {
    await park(tx, made.generation, position, error);
    await sql`delete from ${made.names('hit')} where ${ofPiece(failed)} and position = ${position}::bigint`.execute(tx);
  });
  return `position ${position} is parked in generation ${made.generation}: ${error} (site ${chunk.piece.siteId})`;
}

const ofPiece = ({ chunk: { piece } }: ChunkFailed) => sql`site_id = ${sql.lit(piece.siteId)}
  and day between ${sql.lit(piece.fromDay)}::date and ${sql.lit(piece.toDay)}::date`;

async function cutOff(tx: Tx, failed: ChunkFailed, upTo: string): Promise<void> {
  await sql`delete from ${failed.made.names('hit')} where ${ofPiece(failed)} and position > ${upTo}::bigint`.execute(tx);
}

async function park(tx: Tx, generation: number, position: string, error: string): Promise<void> {
  await sql`insert into projection_parked (generation, position, error, parked_at)
    values (${generation}, ${position}::bigint, ${error}, clock_timestamp())
    on conflict (generation, position) do update set error = excluded.error`.execute(tx);
}
