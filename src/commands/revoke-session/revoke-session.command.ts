import { Command } from '@nestjs/cqrs';
import type { CommandContext } from '../command-context.ts';

/** Ends a session, or a link that nobody used. Rejects with `NotFound` where there is none of that id. */
export class RevokeSession extends Command<null> {
  readonly id: string;
  readonly context: CommandContext;

  constructor(id: string, context: CommandContext) {
    super();
    this.id = id;
    this.context = context;
  }
}
