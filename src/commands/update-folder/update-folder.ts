import { applyFolderEvent } from '../../models/folders/folder.fold.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { toChangedFolder, type ChangedFolder } from '../changed-folder.ts';
import type { CommandContext } from '../command-context.ts';
import { checkFolder, type FolderFields } from '../folder-fields.ts';
import { runCommand } from '../run-command.ts';
import { lockSeenFolder } from '../seen-folder.ts';
import { decideUpdateFolder } from './update-folder.decide.ts';

export interface UpdateFolderInput {
  readonly id: string;
  readonly update: FolderFields;
  readonly account: string | null;
}

/** Changes a folder's name or group: what the command's handler does. See `UpdateFolder`. */
export async function updateFolder(
  db: Db,
  { id, update, account }: UpdateFolderInput,
  context: CommandContext,
  clock: Clock,
): Promise<ChangedFolder> {
  const checked = checkFolder(update);
  return runCommand(db, 'UpdateFolder', context, clock, async (tx) => {
    const folder = await lockSeenFolder(tx, id, account);
    const { version } = folder;
    const decided = decideUpdateFolder(folder, checked);
    if (decided === null) return { nothingToDo: true, version, result: toChangedFolder(folder) };
    const { event, before } = decided;
    return {
      ...event,
      stream: `folder:${folder.id}`,
      version,
      before,
      after: event.data.changes,
      result: toChangedFolder({ ...folder, ...event.data.changes, version: version + 1 }),
      apply: (tx, version) => applyFolderEvent(tx, { event, version }),
    };
  });
}
