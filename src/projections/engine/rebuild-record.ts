import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';

/** Notes what became of the rebuild of a generation by somebody else's doing; whoever works on it finds it ended. */
export async function noteRebuild(tx: Tx, generation: number, state: 'switched' | 'discarded'): Promise<void> {
  await sql`update projection_rebuilds set state = ${state}, ended_at = clock_timestamp()
    where generation = ${generation} and state in ('running', 'different')`.execute(tx);
}

/** Rows that differed when the generation was verified at the end of its rebuild; null: it was not. */
export async function readDifferences(tx: Tx, generation: number): Promise<number | null> {
  const { rows } = await sql<{ differences: number | null }>`
    select differences::float8 as differences from projection_rebuilds where generation = ${generation}
    order by rebuild_id desc limit 1`.execute(tx);
  return rows[0]?.differences ?? null;
}
