import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';
import type { NewEvent } from './events/event.ts';

export interface AppendedEvent {
  position: bigint;
  /** Of the stream, from 1. */
  version: number;
  recordedAt: Date;
}

/** SQLSTATE of a stream that stands at another version than the command expected. */
export const STREAM_VERSION_CONFLICT = 'AN409';

/**
 * Appends one event. It takes the log's lock until COMMIT, so it comes last in a command's transaction.
 * Throws the driver's error with code `AN409` when the stream is not at `expectedVersion`.
 */
export async function appendEvent(tx: Tx, event: NewEvent): Promise<AppendedEvent> {
  const { rows } = await sql<{ position: string; version: number; recorded_at: Date }>`
    select position, version, recorded_at from append_event(${event.stream}, ${event.expectedVersion}::int,
      ${event.type}, ${event.schemaVersion}::smallint, ${event.actor}, ${event.actorKind ?? null},
      ${event.commandId}::uuid, ${event.causation ?? null}::bigint, ${json(event.data)}::jsonb,
      ${json(event.private)}::jsonb, ${event.command ?? null}, ${event.site ?? null}::uuid,
      ${json(event.before)}::jsonb, ${json(event.after)}::jsonb)`.execute(tx);
  const row = rows[0];
  if (row === undefined) throw new Error('append_event answered no row');
  return { position: BigInt(row.position), version: row.version, recordedAt: row.recorded_at };
}

function json(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
