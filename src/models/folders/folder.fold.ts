import type { FolderEvent } from '../../log/events/admin-events.ts';
import type { Recorded } from '../../log/events/upcast.ts';
import { readEvents } from '../../log/read-events.ts';
import type { Tx } from '../../platform/database.ts';
import './folders.tables.ts';

/** Folds one event into the table, in the transaction of the command that appends it. Its sites are another model. */
export async function applyFolderEvent(tx: Tx, { event, version }: Pick<Recorded<FolderEvent>, 'event' | 'version'>) {
  switch (event.type) {
    case 'FolderCreated':
      await tx
        .insertInto('folders')
        .values({ ...event.data, version })
        .execute();
      return;
    case 'FolderChanged':
      await tx
        .updateTable('folders')
        .set({ ...event.data.changes, version })
        .where('id', '=', event.data.id)
        .execute();
      return;
    case 'FolderDeleted':
      await tx.deleteFrom('folders').where('id', '=', event.data.id).execute();
      return;
    default:
      event satisfies never;
  }
}

/** Empties the table and folds all events of the log again. Run it while nobody writes. */
export async function rebuildFolders(tx: Tx): Promise<void> {
  await tx.deleteFrom('folders').execute();
  for (const recorded of await readEvents(tx, ['FolderCreated', 'FolderChanged', 'FolderDeleted'])) {
    await applyFolderEvent(tx, recorded);
  }
}
