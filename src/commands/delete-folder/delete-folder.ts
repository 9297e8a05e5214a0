import { applyFolderEvent } from '../../models/folders/folder.fold.ts';
import { applySiteEvent } from '../../models/sites/site.fold.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import type { CommandContext } from '../command-context.ts';
import { runCommand } from '../run-command.ts';
import { lockSeenFolder } from '../seen-folder.ts';
import type { DeletedFolder } from './delete-folder.command.ts';
import { decideDeleteFolder } from './delete-folder.decide.ts';

export interface DeleteFolderInput {
  readonly id: string;
  readonly account: string | null;
}

/** Deletes a folder: what the command's handler does. See `DeleteFolder`. */
export async function deleteFolder(
  db: Db,
  { id, account }: DeleteFolderInput,
  context: CommandContext,
  clock: Clock,
): Promise<DeletedFolder> {
  return runCommand(db, 'DeleteFolder', context, clock, async (tx) => {
    const row = await lockSeenFolder(tx, id, account);
    const event = decideDeleteFolder(row);
    const { version, ...before } = row;
    return {
      ...event,
      stream: `folder:${row.id}`,
      version,
      before,
      after: null,
      result: { version: version + 1 },
      async apply(tx, version) {
        await applyFolderEvent(tx, { event, version });
        await applySiteEvent(tx, { event, version, private: null });
      },
    };
  });
}
