import { Command } from '@nestjs/cqrs';
import type { SwitchedProjection } from '../../projections/operate/switch-to.ts';
import type { CommandContext } from '../command-context.ts';

/**
 * Switches back to what served before, on record. Rejects with `NotFound` (the name) and `Conflict` where nothing is
 * kept.
 */
export class RollbackProjection extends Command<SwitchedProjection> {
  constructor(
    readonly name: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}
