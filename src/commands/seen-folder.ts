import type { Sight } from '../domain/sight.ts';
import { isUuid } from '../domain/uuid.ts';
import { lockFolder, type FolderRow } from '../models/folders/folder.read.ts';
import type { Tx } from '../platform/database.ts';
import { NotFound } from '../platform/errors.ts';

/**
 * The folder as it is, and nobody else changes it before the transaction ends. A folder is of an account; whoever is
 * limited to certain sites changes none, which is for the door to say.
 * @param id anything; what is no UUID is no folder
 * @throws NotFound, the same for one that is not there and for one of another account
 */
export async function lockSeenFolder(tx: Tx, id: string, account: Sight['account']): Promise<FolderRow> {
  const folder = isUuid(id) ? await lockFolder(tx, id) : undefined;
  if (folder === undefined || (account !== null && folder.account !== account)) {
    throw new NotFound('There is no such folder.');
  }
  return folder;
}
