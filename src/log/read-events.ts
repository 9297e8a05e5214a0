import type { Tx } from '../platform/database.ts';
import type { EventOf, EventType, PrivateFields } from './events/event.ts';
import { upcast, type Recorded } from './events/upcast.ts';
import './log.tables.ts';

/** All events of some types, in the order of the log, upcast to the newest version of each. */
export async function readEvents<T extends EventType>(
  tx: Tx,
  types: readonly T[],
): Promise<Recorded<EventOf<T>>[]> {
  const rows = await tx
    .selectFrom('log_events')
    .select(['type', 'schema_version', 'data', 'private', 'version'])
    .where('type', 'in', [...types])
    .orderBy('position')
    .execute();
  return rows.map((row) => ({
    event: upcast(row) as EventOf<T>,
    version: row.version,
    private: row.private as PrivateFields | null,
  }));
}
