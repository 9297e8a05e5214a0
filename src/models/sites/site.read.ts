import { sql, type Selectable } from 'kysely';
import type { Sight } from '../../domain/sight.ts';
import type { Tx } from '../../platform/database.ts';
import '../folders/folders.tables.ts';
import type { SitesTable } from './sites.tables.ts';

/** `group`: of its folder, whose members may see it. */
export type SiteRow = Selectable<SitesTable> & { group: string | null };

function sites(tx: Tx) {
  return tx
    .selectFrom('sites')
    .leftJoin('folders', 'folders.id', 'sites.folder_id')
    .selectAll('sites')
    .select('folders.authelia_group as group');
}

/** @param id a UUID */
export function readSite(tx: Tx, id: string): Promise<SiteRow | undefined> {
  return sites(tx).where('sites.id', '=', id).executeTakeFirst();
}

/** The row as it is, and nobody else changes it before the transaction ends. */
export function lockSite(tx: Tx, id: string): Promise<Selectable<SitesTable> | undefined> {
  return tx.selectFrom('sites').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Those in a folder, in one order, so that two who lock several wait for each other and do not deadlock. */
export function lockSitesIn(tx: Tx, folderId: string): Promise<Pick<SitesTable, 'id' | 'site_id' | 'version'>[]> {
  return tx
    .selectFrom('sites')
    .select(['id', 'site_id', 'version'])
    .where('folder_id', '=', folderId)
    .orderBy('site_id')
    .forUpdate()
    .execute();
}

/** Which of these names are those of other sites, be they seen by the asker or not. @param id the site that may have them */
export async function readAliasesOfOthers(tx: Tx, id: string, aliases: readonly string[]): Promise<string[]> {
  if (aliases.length === 0) return [];
  const rows = await tx
    .selectFrom('site_aliases')
    .select('alias')
    .where('alias', 'in', [...aliases])
    .where('id', '<>', id)
    .execute();
  return rows.map(({ alias }) => alias);
}

/** By domain. The same rule as `seesSite`. */
export async function readSites(tx: Tx, sight: Sight): Promise<SiteRow[]> {
  let seen = sites(tx).orderBy('sites.domain');
  if (sight.siteIds !== null) {
    seen = seen.where('sites.id', '=', sql<string>`any(${[...sight.siteIds]}::uuid[])`);
  }
  if (sight.account !== null) seen = seen.where('sites.account', '=', sight.account);
  if (sight.groups !== null) {
    seen = seen
      .where('sites.account', 'is', null)
      .where('folders.authelia_group', '=', sql<string>`any(${[...sight.groups]}::text[])`);
  }
  return seen.execute();
}
