import type { EventOf } from '../../log/events/event.ts';

/** Whatever is in it: a folder can be deleted. */
export function decideDeleteFolder(folder: { readonly id: string }): EventOf<'FolderDeleted'> {
  return { type: 'FolderDeleted', schemaVersion: 1, data: { id: folder.id } };
}
