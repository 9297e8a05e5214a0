import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';

export interface RefusedHostRow {
  /** Canonical. */
  host: string;
  hits: number;
  last_seen: Date;
}

/** Hosts whose hits were refused because no site is registered for them, the last seen first. */
export async function readRefusedHosts(tx: Tx, limit: number): Promise<RefusedHostRow[]> {
  const { rows } = await sql<RefusedHostRow>`
    select host, hits::float8 as hits, last_seen from refused_hosts order by last_seen desc, host limit ${limit}`.execute(
    tx,
  );
  return rows;
}
