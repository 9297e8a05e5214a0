import { sql } from 'kysely';
import type { Db } from '../../platform/database.ts';
import { foldStep, ViewFailed, type Step, type StepOptions } from './step.ts';

/** SQLSTATE classes that say "not now" about the server or a lock, and nothing about the data. */
const transientClasses = new Set(['08', '40', '53', '55', '57', '58', 'XX']);

export function isTransient(e: unknown): boolean {
  const code = (e as { code?: unknown } | null)?.code;
  // Without an SQLSTATE it is a lost connection, or our own mistake; both are worth another try and no parking.
  return typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || transientClasses.has(code.slice(0, 2));
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
      const cause = e instanceof ViewFailed ? e.cause : e;
      if (isTransient(cause)) throw e;
      const error = e instanceof Error ? e.message : String(e);
      if (e instanceof ViewFailed) {
        await suspend(db, generation, e.view, error);
        onPoison(`${error}; it is suspended until a rebuild`);
      } else if (size > 1) {
        size = Math.max(1, size >> 1);
      } else {
        const position = await parkNext(db, generation, error);
        onPoison(`position ${position} is parked: ${error}`);
        size = o.maxBatch;
      }
    }
  }
}

async function suspend(db: Db, generation: number, view: string, error: string): Promise<void> {
  await sql`insert into projection_suspended (generation, view, error, suspended_at)
    values (${generation}, ${view}, ${error}, clock_timestamp()) on conflict do nothing`.execute(db);
}

/** Parks the hit right after the checkpoint. The batch that follows leaves it out and moves past it. */
async function parkNext(db: Db, generation: number, error: string): Promise<string> {
  const { rows } = await sql<{ position: string }>`
    insert into projection_parked (generation, position, error, parked_at)
    select generation, position + 1, ${error}, clock_timestamp() from projections where generation = ${generation}
    on conflict (generation, position) do update set error = excluded.error
    returning position`.execute(db);
  return rows[0]?.position ?? '?';
}
