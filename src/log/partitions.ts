import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';

/** Positions a partition of `log_hits` holds. */
export const HITS_PER_PARTITION = 10_000_000;

/** Makes and attaches what is missing of the partitions ahead of the head. Answers how many were made. */
export async function ensureHitPartitions(tx: Tx, ahead = 2): Promise<number> {
  const { rows } = await sql<{ made: number }>`select ensure_hit_partitions(${ahead}) as made`.execute(tx);
  return rows[0]?.made ?? 0;
}
