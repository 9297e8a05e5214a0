import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';

/** Of the events about parked hits alone, so that each batch finds the few there are by their stream. */
export const PARKED_STREAM = 'parked';

/**
 * Positions after `from`, up to and with `to`, that are not folded into a generation: parked in it, or discarded on
 * record, which holds for every generation, those made later too.
 */
export async function readLeftOut(
  tx: Tx,
  generation: number,
  { from, to }: { readonly from: bigint; readonly to: bigint },
): Promise<string[]> {
  const { rows } = await sql<{ position: string }>`
    select position from projection_parked
    where generation = ${generation} and position > ${from.toString()}::bigint and position <= ${to.toString()}::bigint
    union
    select (data ->> 'position')::bigint from log_events
    where stream = ${PARKED_STREAM} and type = 'HitDiscarded' and (data ->> 'position')::bigint > ${from.toString()}::bigint
      and (data ->> 'position')::bigint <= ${to.toString()}::bigint`.execute(tx);
  return rows.map((row) => row.position);
}
