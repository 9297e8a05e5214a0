import { setTimeout as sleep } from 'node:timers/promises';
import { appendHits, type AppendedHits } from '../../log/append-hits.ts';
import type { NewHit } from '../../log/hit.ts';
import type { Db, Tx } from '../../platform/database.ts';
import { AnticsError, InvalidInput, Unavailable } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { CommandContext } from '../command-context.ts';
import { enterKey, keepResult } from '../run-command.ts';
import type { BatchAnswer } from './accept-batch.command.ts';
import { appendFailure } from './append-failure.ts';
import { inTime } from './in-time.ts';

export interface WholeBatch {
  readonly hits: readonly NewHit[];
  /** What is answered once the log has them. @param gone indexes of hits whose site was deleted meanwhile */
  readonly answer: (gone: readonly number[]) => BatchAnswer;
  readonly context: Pick<CommandContext, 'actor' | 'idempotency'>;
}

export interface Appended {
  readonly answer: BatchAnswer;
  /** Null: nothing was appended, as there was nothing, or the same key had brought it before. */
  readonly appended: AppendedHits | null;
}

export interface AppendWholeOptions {
  readonly db: Db;
  readonly newBatchId: () => string;
  readonly ensurePartitions: () => Promise<unknown>;
  readonly log: Pick<Logger, 'warn' | 'error'>;
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;
export const RETRY_SECONDS = 1;

/**
 * Appends all hits of a batch or none, and answers after COMMIT. While the server is away, or the connection was lost at
 * COMMIT, it is tried again until `deadline` (of `performance.now()`): under the same batch id and the same key, which
 * answer what the first attempt did.
 * @throws Unavailable, InvalidInput (the database does not take one of them), KeyReused, Conflict
 */
export async function appendWhole(batch: WholeBatch, deadline: number, o: AppendWholeOptions): Promise<Appended> {
  const batchId = o.newBatchId();
  let partitionsEnsured = false;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      return await inTime(appendOnce(o.db, batchId, batch), deadline - performance.now());
    } catch (e) {
      if (e instanceof AnticsError) throw e;
      const failure = appendFailure(e);
      if (failure === 'data' || (failure === 'no_partition' && partitionsEnsured)) throw refused(e, o.log);
      if (performance.now() + wait >= deadline) {
        o.log.error({ err: e, hits: batch.hits.length }, 'the log cannot be written: a batch is answered 503');
        throw new Unavailable('log_unavailable', 'The log cannot be written now.', RETRY_SECONDS, { cause: e });
      }
      if (failure === 'no_partition') partitionsEnsured = await ensured(deadline, o);
      else {
        if (wait === FIRST_WAIT_MS) o.log.warn({ err: e }, 'the append of a batch failed and is tried again');
        await sleep(wait);
      }
    }
  }
}

/** The key's row comes first, so that a twin waits; the append last, since it holds the log's lock until COMMIT. */
async function appendOnce(db: Db, batchId: string, { hits, answer, context }: WholeBatch): Promise<Appended> {
  const { actor, idempotency } = context;
  const append = async (tx: Tx): Promise<AppendedHits | null> => (hits.length === 0 ? null : appendHits(tx, batchId, hits));
  if (idempotency === undefined) {
    // One statement, which is its own transaction.
    const appended = await append(db);
    return { appended, answer: answer(appended?.rejected ?? []) };
  }
  return await db.transaction().execute(async (tx) => {
    const first = await enterKey(tx, actor.name, idempotency);
    if (first !== undefined) return { appended: null, answer: first as BatchAnswer };
    const keep = async (result: BatchAnswer): Promise<BatchAnswer> => {
      await keepResult(tx, actor.name, idempotency.key, result, null);
      return result;
    };
    const expected = await keep(answer([]));
    const appended = await append(tx);
    const gone = appended?.rejected ?? [];
    return { appended, answer: gone.length === 0 ? expected : await keep(answer(gone)) };
  });
}

function refused(cause: unknown, log: Pick<Logger, 'error'>): InvalidInput {
  log.error({ err: cause }, 'the database does not take a hit of a batch: the batch is refused');
  const detail = 'holds a value that cannot be stored';
  return new InvalidInput(`The batch ${detail}.`, [{ pointer: '', detail }]);
}

async function ensured(deadline: number, o: AppendWholeOptions): Promise<boolean> {
  try {
    await inTime(o.ensurePartitions(), deadline - performance.now());
    return true;
  } catch (e) {
    o.log.error({ err: e }, 'no partition could be made for the next hits');
    return false;
  }
}
