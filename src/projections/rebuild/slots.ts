import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';

/** The first of two keys; the second is the slot. Those of one key, as the log's, are apart. */
const SLOTS_LOCK = sql.lit(470_391_973);

/**
 * Takes one of the slots for the length of the transaction: however many processes work on rebuilds, no more than that
 * many build at a time. One that stops within a transaction loses it with its connection.
 */
export async function takeSlot(tx: Tx, slots: number): Promise<boolean> {
  for (let slot = 0; slot < slots; slot++) {
    const { rows } = await sql<{ taken: boolean }>`
      select pg_try_advisory_xact_lock(${SLOTS_LOCK}, ${sql.lit(slot)}) as taken`.execute(tx);
    if (rows[0]?.taken === true) return true;
  }
  return false;
}
