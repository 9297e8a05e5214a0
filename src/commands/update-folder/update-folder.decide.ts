import type { EventOf } from '../../log/events/event.ts';
import type { CheckedFolder } from '../folder-fields.ts';

export interface FolderState {
  readonly id: string;
  readonly name: string;
  readonly authelia_group: string | null;
}

export interface DecidedFolderUpdate {
  readonly event: EventOf<'FolderChanged'>;
  readonly before: Readonly<Record<string, unknown>>;
}

/** What really changes; null: nothing does. */
export function decideUpdateFolder(folder: FolderState, update: CheckedFolder): DecidedFolderUpdate | null {
  const { name, authelia_group } = update;
  const changes = {
    ...(name !== undefined && name !== folder.name && { name }),
    ...(authelia_group !== undefined && authelia_group !== folder.authelia_group && { authelia_group }),
  };
  const changed = Object.keys(changes) as (keyof typeof changes)[];
  if (changed.length === 0) return null;
  return {
    event: { type: 'FolderChanged', schemaVersion: 1, data: { id: folder.id, changes } },
    before: Object.fromEntries(changed.map((field) => [field, folder[field]])),
  };
}
