import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';

/** Settings of a connection that builds: one core for each, and its temporary tables in memory. */
export const BUILD_SETTINGS = {
  plan_cache_mode: 'force_custom_plan',
  temp_buffers: '128MB',
  work_mem: '64MB',
  max_parallel_workers_per_gather: '0',
};

/** Runs what joins dictionaries and temporary tables: by hash, as the planner knows nothing of their size. */
export async function joiningByHash<T>(tx: Tx, run: () => Promise<T>): Promise<T> {
  await sql`set local enable_nestloop = off`.execute(tx);
  await sql`set local enable_mergejoin = off`.execute(tx);
  const result = await run();
  await sql`set local enable_nestloop = on`.execute(tx);
  await sql`set local enable_mergejoin = on`.execute(tx);
  return result;
}
