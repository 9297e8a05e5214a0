import type { Selectable } from 'kysely';
import type { Tx } from '../../platform/database.ts';
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
