import { sql, type Selectable } from 'kysely';
import type { Sight } from '../../domain/sight.ts';
import type { Tx } from '../../platform/database.ts';
import '../sites/sites.tables.ts';
import type { FoldersTable } from './folders.tables.ts';

export type FolderRow = Selectable<FoldersTable>;

/** @param id a UUID */
export function readFolder(tx: Tx, id: string): Promise<FolderRow | undefined> {
  return tx.selectFrom('folders').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The same, and nobody else changes it before the transaction ends. */
export function lockFolder(tx: Tx, id: string): Promise<FolderRow | undefined> {
  return tx.selectFrom('folders').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/**
 * By name. Who is limited to certain sites sees the folders of those, and a user the folders of their groups: as many
 * as they need to name what `readSites` lists.
 */
export function readFolders(tx: Tx, { siteIds, account, groups }: Sight): Promise<FolderRow[]> {
  let seen = tx.selectFrom('folders').selectAll().orderBy('name').orderBy('id');
  if (siteIds !== null) {
    seen = seen.where((eb) =>
      eb.exists(
        eb
          .selectFrom('sites')
          .select('sites.id')
          .whereRef('sites.folder_id', '=', 'folders.id')
          .where('sites.id', '=', sql<string>`any(${[...siteIds]}::uuid[])`),
      ),
    );
  }
  if (account !== null) seen = seen.where('account', '=', account);
  if (groups !== null) {
    seen = seen
      .where('account', 'is', null)
      .where('authelia_group', '=', sql<string>`any(${[...groups]}::text[])`);
  }
  return seen.execute();
}
