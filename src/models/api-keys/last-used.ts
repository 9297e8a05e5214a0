import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import './api-keys.tables.ts';

/** Notes that keys were used: no event, since nobody decided anything. */
export async function noteKeysUsed(tx: Tx, used: readonly { id: string; at: number }[]): Promise<void> {
  await sql`
    update api_keys k set last_used_at = greatest(k.last_used_at, x.at)
    from unnest(${used.map((u) => u.id)}::uuid[], ${used.map((u) => new Date(u.at))}::timestamptz[]) x(id, at)
    where k.id = x.id`.execute(tx);
}
