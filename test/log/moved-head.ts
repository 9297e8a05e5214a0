import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import { sealSegment } from '../../src/log/segments/seal.ts';
import type { Db } from '../../src/platform/database.ts';

/** As many positions as a partition of `log_hits` has. */
export const PARTITION = 10_000_000;

/** The head goes on to a position, as if everything up to there had been logged: an event that says nothing. */
export async function moveHead(db: Db, position: number): Promise<void> {
  await sql`insert into log_events (position, recorded_at, stream, version, type, schema_version, actor, actor_kind, command_id, data)
    select ${position}, clock_timestamp(), 'log', coalesce(max(version), 0) + 1, 'SaltsDestroyed', 1, 'system', 'system',
      ${randomUUID()}, '{"salts": []}' from log_events where stream = 'log'`.execute(db);
}

/** The next hit will be the first one of a partition. */
export async function beginPartition(db: Db, partition: number): Promise<void> {
  await moveHead(db, partition * PARTITION - 1);
}

/** Everything that is there, in segments as large as partitions. */
export async function sealAll(db: Db): Promise<void> {
  while ((await sealSegment(db, { size: PARTITION, ageMs: 0 })) !== 'idle');
}
