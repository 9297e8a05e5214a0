import type { Tx } from '../../platform/database.ts';
import '../engine/projections.tables.ts';

/** Waits for the fold in hand and keeps the next from beginning, until the transaction's end. Answers where facts stand. */
export async function lockFacts(tx: Tx, facts: number): Promise<bigint> {
  const row = await tx
    .selectFrom('projections')
    .select('position')
    .where('generation', '=', facts)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return BigInt(row.position);
}
