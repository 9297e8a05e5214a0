import { Query } from '@nestjs/cqrs';
import type { Sight } from '../../domain/sight.ts';

export interface ListedFolder {
  readonly id: string;
  readonly name: string;
  /** Whose members see its sites; null: nobody but admins. */
  readonly authelia_group: string | null;
  readonly created_at: Date;
  readonly version: number;
}

/** Folders, by name. */
export class ListFolders extends Query<readonly ListedFolder[]> {
  /**
   * @param sight whose folders: see `readFolders`
   * @param id only the one of this id; what is no UUID is no folder
   */
  constructor(
    readonly sight: Sight,
    readonly id?: string,
  ) {
    super();
  }
}
