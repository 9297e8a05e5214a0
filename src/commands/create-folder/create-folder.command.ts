import { Command } from '@nestjs/cqrs';
import type { ChangedFolder } from '../changed-folder.ts';
import type { CommandContext } from '../command-context.ts';

export interface NewFolder {
  readonly name: string;
  /** Whose members see its sites. Default: nobody but admins. */
  readonly authelia_group?: string | null | undefined;
  /** Whose it is in managed mode; null: the operator's own. */
  readonly account: string | null;
}

/** Makes a folder of sites. Rejects with `InvalidInput` naming each field. */
export class CreateFolder extends Command<ChangedFolder> {
  constructor(
    readonly folder: NewFolder,
    readonly context: CommandContext,
  ) {
    super();
  }
}
