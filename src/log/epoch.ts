import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';
import { appendEvent } from './append-event.ts';
import { readHead } from './head.ts';

/**
 * Opens a new epoch when this server or timeline never appended here: after a restore, or on a promoted standby, which
 * may have given out positions again. No id inside the data would tell. Answers whether one was opened.
 */
export async function openEpoch(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ system_identifier: string; timeline_id: number }>`
    select s.system_identifier::text as system_identifier, c.timeline_id
    from pg_control_system() s, pg_control_checkpoint() c`.execute(tx);
  const here = rows[0];
  if (here === undefined) throw new Error('the server does not say who it is');
  const last = await tx
    .selectFrom('log_epochs')
    .selectAll()
    .orderBy('first_position', 'desc')
    .orderBy('opened_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last?.system_identifier === here.system_identifier && last.timeline_id === here.timeline_id) return false;
  const head = await readHead(tx);
  await tx
    .insertInto('log_epochs')
    .values({ ...here, first_position: head + 1n, opened_at: sql<Date>`clock_timestamp()` })
    .execute();
  if (last !== undefined) {
    await appendEvent(tx, {
      stream: 'log',
      expectedVersion: null,
      type: 'LogResumed',
      schemaVersion: 1,
      actor: 'system',
      commandId: randomUUID(),
      data: { system_identifier: here.system_identifier, timeline_id: here.timeline_id, after: head.toString() },
    });
  }
  return true;
}
