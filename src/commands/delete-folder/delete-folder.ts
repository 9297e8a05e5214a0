import { applyFolderEvent } from '../../models/folders/folder.fold.ts';
import { applySiteEvent } from '../../models/sites/site.fold.ts';
import { lockSitesIn } from '../../models/sites/site.read.ts';
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
    const { deleted, moved } = decideDeleteFolder({ id: row.id, sites: await lockSitesIn(tx, row.id) });
    const { version, ...before } = row;
    return {
      ...deleted,
      stream: `folder:${row.id}`,
      version,
      before,
      after: null,
      also: moved.map(({ event, version }) => ({
        ...event,
        stream: `site:${event.data.id}`,
        version,
        site: event.data.id,
        before: { folder_id: row.id },
        after: { folder_id: null },
      })),
      result: { version: version + 1 },
      async apply(tx, version) {
        for (const site of moved) {
          await applySiteEvent(tx, { event: site.event, version: site.version + 1, private: null });
        }
        await applyFolderEvent(tx, { event: deleted, version });
      },
    };
  });
}
