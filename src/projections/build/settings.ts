import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';

/** Settings of a connection that builds: one core for each, and its temporary tables in memory. */
export const BUILD_SETTINGS = {
  plan_cache_mode: 'force_custom_plan',
  temp_buffers: '128MB',
  work_mem: '64MB',
  max_parallel_workers_per_gather: '0',
};

/**
 * A chunk's commit need not be durable by itself. One that a crash of the server takes back is not marked as done either,
 * which is in the same transaction, and is done again; and whoever makes the generation ready commits durably, and with
 * that commit everything that was written before it.
 */
export async function commitLazily(tx: Tx): Promise<void> {
  await sql`set local synchronous_commit = off`.execute(tx);
}

/** Runs what joins dictionaries and temporary tables: by hash, as the planner knows nothing of their size. */
export async function joiningByHash<T>(tx: Tx, run: () => Promise<T>): Promise<T> {
  await sql`set local enable_nestloop = off`.execute(tx);
  await sql`set local enable_mergejoin = off`.execute(tx);
  const result = await run();
  await sql`set local enable_nestloop = on`.execute(tx);
  await sql`set local enable_mergejoin = on`.execute(tx);
  return result;
}
