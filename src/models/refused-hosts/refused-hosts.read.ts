import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';

export interface RefusedHostRow {
  /** Canonical. */
  host: string;
  hits: number;
  last_seen: Date;
}

/** Hosts whose hits were refused because no site is registered for them, nor was since; the last seen first. */
export async function readRefusedHosts(tx: Tx, limit: number): Promise<RefusedHostRow[]> {
  const { rows } = await sql<RefusedHostRow>`
    select host, hits::float8 as hits, last_seen from refused_hosts r
    where not exists (select from sites s where s.domain = r.host)
    order by last_seen desc, host limit ${limit}`.execute(tx);
  return rows;
}
