import { Command } from '@nestjs/cqrs';
import type { CommandContext } from '../command-context.ts';

export interface DeletedFolder {
  /** Of the folder's stream, which ends with it. */
  readonly version: number;
}

/** Deletes a folder; its sites are in none from then on. Rejects with `NotFound`, also for one of another account. */
export class DeleteFolder extends Command<DeletedFolder> {
  /** @param account of the asker; null: the operator, who sees all folders */
  constructor(
    readonly id: string,
    readonly account: string | null,
    readonly context: CommandContext,
  ) {
    super();
  }
}
