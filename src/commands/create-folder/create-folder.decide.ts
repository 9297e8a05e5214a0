import type { EventOf } from '../../log/events/event.ts';
import { checkFolder } from '../folder-fields.ts';
import type { NewFolder } from './create-folder.command.ts';

/** @throws InvalidInput */
export function decideCreateFolder(
  folder: NewFolder,
  made: { readonly id: string; readonly now: Date },
): EventOf<'FolderCreated'> {
  const { name = folder.name, authelia_group = null } = checkFolder(folder);
  return {
    type: 'FolderCreated',
    schemaVersion: 1,
    data: { id: made.id, name, authelia_group, account: folder.account, created_at: made.now.toISOString() },
  };
}
