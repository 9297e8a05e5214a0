import { sql } from 'kysely';
import type { Db } from '../../platform/database.ts';
import { FactsFailed, foldStep, ViewFailed, type Step, type StepOptions } from './step.ts';

/** SQLSTATE classes that say "not now" about the server or a lock, and nothing about the data. */
const transientClasses = new Set(['08', '40', '53', '55', '57', '58', 'XX']);

export function isTransient(e: unknown): boolean {
  const code = (e as { code?: unknown } | null)?.code;
  // Without an SQLSTATE it is a lost connection, or our own mistake; both are worth another try and no parking.
  // Nor is `EPIPE` one, although it looks like it: no class begins with E.
  return typeof code !== 'string' || !/^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code) || transientClasses.has(code.slice(0, 2));
}

/** SQLSTATE classes of a statement that is wrong, whatever the data is: its syntax, names or rights; its preparation. */
export function isOurMistake(e: unknown): boolean {
  return /^(?:42|26|0A)/.test(String((e as { code?: unknown } | null)?.code));
}

/**
 * Folds the next batch, and gets past what cannot be folded: a view that fails is suspended and skips nothing for the
 * others; a hit that fails in the facts is found by halving the batch and parked. Transient errors are thrown.
 */
export async function foldStepPastPoison(
  db: Db,
  generation: number,
  o: StepOptions,
  onPoison: (message: string) => void,
): Promise<Step> {
  let size = o.maxBatch;
  for (;;) {
    try {
      return await foldStep(db, generation, { ...o, maxBatch: size });
    } catch (e) {
      // What is neither says nothing about a hit.
      if (!(e instanceof ViewFailed || e instanceof FactsFailed) || isTransient(e.cause)) throw e;
      // A statement of ours that is wrong would park hit after hit: nothing goes on until it is mended.
      if (e instanceof FactsFailed && isOurMistake(e.cause)) throw e;
      if (e instanceof ViewFailed) {
        if (await suspendAfter(db, generation, e)) onPoison(`${e.message}; it is suspended until a rebuild`);
      } else if (size > 1) {
        size = Math.max(1, size >> 1);
      } else {
        const position = await parkAfter(db, generation, e.from, e.message);
        if (position !== undefined) onPoison(`position ${position} is parked: ${e.message}`);
        size = o.maxBatch;
      }
    }
  }
}

/** Suspends a view of one generation, until it is rebuilt. */
export async function suspend(db: Db, generation: number, view: string, error: string): Promise<void> {
  await sql`insert into projection_suspended (generation, view, error, suspended_at)
    values (${generation}, ${view}, ${error}, clock_timestamp()) on conflict do nothing`.execute(db);
}

/** The same, unless another worker has moved the checkpoint since: that one has folded the view, or suspended it. */
async function suspendAfter(db: Db, facts: number, { generation, view, from, message }: ViewFailed): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into projection_suspended (generation, view, error, suspended_at)
    select ${generation}, ${view}, ${message}, clock_timestamp() from projections
    where generation = ${facts} and position = ${from.toString()}::bigint for update
    on conflict do nothing`.execute(db);
  return numAffectedRows === 1n;
}

/**
 * Parks the hit after `from`. The batch that follows leaves it out and moves past it. Where another worker has moved
 * the checkpoint since, that one has seen to the hit: nothing is parked, and nothing is answered.
 */
async function parkAfter(db: Db, generation: number, from: bigint, error: string): Promise<string | undefined> {
  const { rows } = await sql<{ position: string }>`
    insert into projection_parked (generation, position, error, parked_at)
    select generation, position + 1, ${error}, clock_timestamp() from projections
    where generation = ${generation} and position = ${from.toString()}::bigint for update
    on conflict (generation, position) do update set error = excluded.error
    returning position`.execute(db);
  return rows[0]?.position;
}
