import { Command } from '@nestjs/cqrs';
import type { ChangedFolder } from '../changed-folder.ts';
import type { CommandContext } from '../command-context.ts';
import type { FolderFields } from '../folder-fields.ts';

/**
 * Changes a folder's name or group. Rejects with `NotFound`, also for a folder of another account, or `InvalidInput`
 * naming each field. Where everything is so already nothing is recorded.
 */
export class UpdateFolder extends Command<ChangedFolder> {
  /** @param account of the asker; null: the operator, who sees all folders */
  constructor(
    readonly id: string,
    readonly update: FolderFields,
    readonly account: string | null,
    readonly context: CommandContext,
  ) {
    super();
  }
}
