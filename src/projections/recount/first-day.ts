import { sql } from 'kysely';

import type { Tx } from '../../platform/database.ts';

/** The first local day of a site that the log still has. */
export interface FirstDay {
  siteId: number;
  day: string;
}

/**
 * Sites whose older days the retention of the log has taken away: nothing can be counted anew there. `log_frozen` holds
 * the last such day of each. Empty where nothing was ever taken.
 */
export async function firstDaysInLog(tx: Tx): Promise<FirstDay[]> {
  const { rows: found } = await sql<{ there: boolean }>`select to_regclass('log_frozen') is not null as there`.execute(tx);
  if (found[0]?.there !== true) return [];
  const { rows } = await sql<FirstDay>`select site_id as "siteId", (day + 1)::text as day from log_frozen`.execute(tx);
  return rows;
}
