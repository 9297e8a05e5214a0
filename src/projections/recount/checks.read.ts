import { sql, type ColumnType, type Generated } from 'kysely';

import type { Tx } from '../../platform/database.ts';

type Bigint = ColumnType<string, string | bigint | number, never>;

export interface ProjectionCheckTable {
  check_id: Generated<string>;
  checked_at: ColumnType<Date, never, never>;
  site_id: number;
  day: string;
  position: Bigint;
  hits: Bigint;
  differences: Bigint;
  /** `{view: differences}` */
  views: ColumnType<Record<string, number>, string, never>;
}

declare module '../../platform/database.ts' {
  interface Tables {
    projection_checks: ProjectionCheckTable;
  }
}

export interface Checks {
  /** Figures that were not what the log says, over all checks that ever ran: it never falls. */
  mismatches: number;
  /** Seconds since the epoch; null before the first one. */
  checkedAt: number | null;
}

/** What the nightly checks found so far, whichever process ran them. */
export async function readChecks(tx: Tx): Promise<Checks> {
  const { rows } = await sql<{ mismatches: number; checked_at: number | null }>`
    select coalesce(sum(differences), 0)::float8 as mismatches,
      extract(epoch from max(checked_at))::float8 as checked_at from projection_checks`.execute(tx);
  return { mismatches: rows[0]?.mismatches ?? 0, checkedAt: rows[0]?.checked_at ?? null };
}
