import { Command } from '@nestjs/cqrs';
import type { Sight } from '../../domain/sight.ts';
import type { CommandContext } from '../command-context.ts';

export type DeletedAlert = {
  readonly id: string;
  /** Of the alert's stream. */
  readonly version: number;
};

/**
 * Ends an alert; mails that are still owed to it are not sent. Rejects with `NotFound` for one that is not there, or of
 * a site that is not in sight.
 */
export class DeleteAlert extends Command<DeletedAlert> {
  readonly id: string;
  /** Which sites the asker sees. */
  readonly sight: Sight;
  readonly context: CommandContext;

  /** @param id anything; what is no UUID is no alert */
  constructor(id: string, sight: Sight, context: CommandContext) {
    super();
    this.id = id;
    this.sight = sight;
    this.context = context;
  }
}
