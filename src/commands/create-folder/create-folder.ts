import { applyFolderEvent } from '../../models/folders/folder.fold.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import type { ChangedFolder } from '../changed-folder.ts';
import type { CommandContext } from '../command-context.ts';
import { runCommand } from '../run-command.ts';
import type { NewFolder } from './create-folder.command.ts';
import { decideCreateFolder } from './create-folder.decide.ts';

/** Makes a folder: what the command's handler does. See `CreateFolder`. */
export function createFolder(
  db: Db,
  { folder }: { readonly folder: NewFolder },
  context: CommandContext,
  clock: Clock,
): Promise<ChangedFolder> {
  return runCommand(db, 'CreateFolder', context, clock, async (_tx, now) => {
    const event = decideCreateFolder(folder, { id: uuid7(now.getTime()), now });
    const { account: _, ...shown } = event.data;
    return Promise.resolve({
      ...event,
      stream: `folder:${event.data.id}`,
      version: 0,
      before: null,
      after: event.data,
      result: { ...shown, version: 1 },
      apply: (tx, version) => applyFolderEvent(tx, { event, version }),
    });
  });
}
