import type { Tx } from '../platform/database.ts';
import type { EventOf, EventType } from './events/event.ts';
import { upcast } from './events/upcast.ts';
import './log.tables.ts';

export interface Placed<T extends EventType> {
  readonly position: string;
  readonly event: EventOf<T>;
}

/** Events of some types after position `from`, up to and with `to`, in order: what a fold takes of a batch. */
export async function readRange<T extends EventType>(
  tx: Tx,
  types: readonly T[],
  from: bigint,
  to: bigint,
): Promise<Placed<T>[]> {
  const rows = await tx
    .selectFrom('log_events')
    .select(['position', 'type', 'schema_version', 'data'])
    .where('position', '>', from.toString())
    .where('position', '<=', to.toString())
    .where('type', 'in', [...types])
    .orderBy('position')
    .execute();
  return rows.map((row) => ({ position: row.position, event: upcast(row) as EventOf<T> }));
}
