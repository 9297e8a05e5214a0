import type { FolderRow } from '../models/folders/folder.read.ts';

/** A folder as the answer to a change shows it: plain JSON, since an `Idempotency-Key` replays it. */
export interface ChangedFolder {
  readonly id: string;
  readonly name: string;
  readonly authelia_group: string | null;
  readonly created_at: string;
  /** Of the folder's stream. */
  readonly version: number;
}

export function toChangedFolder(row: FolderRow): ChangedFolder {
  const { id, name, authelia_group, created_at, version } = row;
  return { id, name, authelia_group, created_at: created_at.toISOString(), version };
}
