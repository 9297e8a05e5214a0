import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { ComparedSite } from './comparison.ts';

/** Sites whose figures are compared, by the key of their hits: not those that are deleted and about to be erased. */
export async function readSites(tx: Tx, siteId: number | undefined): Promise<Map<number, ComparedSite>> {
  const { rows } = await sql<ComparedSite & { site_id: number }>`
    select site_id, id, domain from sites
    where ${siteId === undefined ? sql`true` : sql`site_id = ${siteId}`} order by domain`.execute(tx);
  return new Map(rows.map(({ site_id, id, domain }) => [site_id, { id, domain }]));
}
