import type { Selectable } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { SitesTable } from './sites.tables.ts';

export type SiteRow = Selectable<SitesTable>;

/** @param id a UUID */
export function readSite(tx: Tx, id: string): Promise<SiteRow | undefined> {
  return tx.selectFrom('sites').selectAll().where('id', '=', id).executeTakeFirst();
}

/** By domain. @param ids only these; null: all */
export async function readSites(tx: Tx, ids: readonly string[] | null): Promise<SiteRow[]> {
  if (ids?.length === 0) return [];
  const sites = tx.selectFrom('sites').selectAll().orderBy('domain');
  return (ids === null ? sites : sites.where('id', 'in', ids)).execute();
}
