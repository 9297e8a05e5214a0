import { Command } from '@nestjs/cqrs';
import type { DiscardedProjection } from '../../projections/operate/discard.ts';
import type { CommandContext } from '../command-context.ts';

/**
 * Does away with what is being built or is ready, else with what served before, on record. Rejects with `NotFound` (the
 * name) and `Conflict` where there is nothing but what serves.
 */
export class DiscardProjection extends Command<DiscardedProjection> {
  constructor(
    readonly name: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}
