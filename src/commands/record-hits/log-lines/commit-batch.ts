import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { appendHits } from '../../../log/append-hits.ts';
import type { NewHit } from '../../../log/hit.ts';
import { ensureHitPartitions } from '../../../log/partitions.ts';
import type { Tx } from '../../../platform/database.ts';
import { AnticsError } from '../../../platform/errors.ts';
import { appendFailure } from '../append-failure.ts';
import { writeCounts, type Count } from '../drop-ledger.ts';
import { moveFile, type Move } from './known-file.ts';

/** Lines that were read, and what is to be logged of them. */
export interface LineBatch {
  readonly move: Omit<Move, 'hits' | 'excluded'>;
  readonly hits: readonly NewHit[];
  readonly counts: readonly Count[];
}

export interface Committed {
  /** In the log. */
  readonly hits: number;
  /** Hits of a site that is not there any more. */
  readonly gone: number;
  /** Hits that the database does not take. */
  readonly refused: number;
  readonly lastPosition: bigint | null;
}

/** Another process has read on in this file, or its row was removed. */
export class FileMoved extends AnticsError {
  readonly code = 'file_moved';
}

/**
 * Appends the hits and moves the file's position on, both or none: whatever ends the process, each line is in the log
 * once or still to be read. @throws FileMoved where the position is not where the batch began
 */
export async function commitBatch(session: Tx, batch: LineBatch): Promise<Committed> {
  try {
    return await commit(session, batch);
  } catch (e) {
    if (appendFailure(e) !== 'no_partition') throw e;
    await ensureHitPartitions(session);
    return commit(session, batch);
  }
}

async function commit(session: Tx, { move, hits, counts }: LineBatch): Promise<Committed> {
  return session.transaction().execute(async (tx) => {
    // First the row, which a second process waits for and then finds moved.
    const isOurs = await moveFile(tx, { ...move, hits: hits.length, excluded: counts.reduce((sum, count) => sum + count.hits, 0) });
    if (!isOurs) throw new FileMoved(`${move.path} is read by another process, which was faster`);
    await writeCounts(tx, counts);
    const done = hits.length === 0 ? NOTHING : await append(tx, hits);
    const lost = hits.length - done.hits;
    if (lost > 0) await sql`update log_files set hits = hits - ${lost} where file_id = ${move.fileId}`.execute(tx);
    return done;
  });
}

const NOTHING: Committed = { hits: 0, gone: 0, refused: 0, lastPosition: null };

/** A batch with a bad row is halved until the row is alone, which is left out. */
async function append(tx: Tx, hits: readonly NewHit[]): Promise<Committed> {
  await sql`savepoint hits`.execute(tx);
  try {
    const { rejected, lastPosition } = await appendHits(tx, randomUUID(), hits);
    await sql`release savepoint hits`.execute(tx);
    return { hits: hits.length - rejected.length, gone: rejected.length, refused: 0, lastPosition };
  } catch (e) {
    if (appendFailure(e) !== 'data') throw e;
    await sql`rollback to savepoint hits`.execute(tx);
    if (hits.length === 1) return { ...NOTHING, refused: 1 };
    const middle = hits.length >> 1;
    const first = await append(tx, hits.slice(0, middle));
    const second = await append(tx, hits.slice(middle));
    return {
      hits: first.hits + second.hits,
      gone: first.gone + second.gone,
      refused: first.refused + second.refused,
      lastPosition: second.lastPosition ?? first.lastPosition,
    };
  }
}
