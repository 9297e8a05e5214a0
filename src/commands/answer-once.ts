import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { CommandContext } from './command-context.ts';
import { enterKey, keepResult } from './run-command.ts';

/** Longer than the longest comparison takes. */
const LONGEST = sql.lit('60min');

/**
 * Does what runs in transactions of its own under the request's `Idempotency-Key`: the same key replays the first
 * answer. The key is held meanwhile, so that a twin waits for it; where that takes longer than a statement may wait, the
 * twin is asked to come again. Where this process ends in the moment between the doing and the note of it, the same key
 * does it once more: what is done here changes nothing, or says so, the second time.
 *
 * @param db role `writer`
 * @throws KeyReused, and what `run` throws
 */
export async function answerOnce<R>(db: Db, { actor, idempotency }: CommandContext, run: () => Promise<R>): Promise<R> {
  if (idempotency === undefined) return run();
  return await db.transaction().execute(async (tx) => {
    await sql`set local idle_in_transaction_session_timeout = ${LONGEST}`.execute(tx);
    const first = await enterKey(tx, actor.name, idempotency);
    if (first !== undefined) return first as R;
    const result = await run();
    await keepResult(tx, actor.name, idempotency.key, result, null);
    return result;
  });
}
