import { sql } from 'kysely';

import type { Db } from '../../src/platform/database.ts';

export interface Placed {
  position: number;
  recordedAt: number;
}

/** What stands at each position of both tables, in their order. */
export async function placedIn(db: Db): Promise<Placed[]> {
  const { rows } = await sql<{ position: string; us: string }>`
    select position, (extract(epoch from recorded_at) * 1000000)::bigint as us from log_hits
    union all
    select position, (extract(epoch from recorded_at) * 1000000)::bigint from log_events
    order by position`.execute(db);
  return rows.map((row) => ({ position: Number(row.position), recordedAt: Number(row.us) }));
}

/** 1, 2, … count: what positions are when there is neither a hole nor a position given twice. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}
