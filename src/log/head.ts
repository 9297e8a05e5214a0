import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';

/** The last position given, over hits and events; 0 for an empty log. A reader fixes this first, then reads up to it. */
export async function readHead(tx: Tx): Promise<bigint> {
  const { rows } = await sql<{ head: string }>`select log_head() as head`.execute(tx);
  return BigInt(rows[0]?.head ?? 0);
}
