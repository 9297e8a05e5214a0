import { Command } from '@nestjs/cqrs';
import type { DiscardedHit } from '../../projections/operate/parked.ts';
import type { CommandContext } from '../command-context.ts';

export type { DiscardedHit } from '../../projections/operate/parked.ts';

/**
 * Lets a parked hit count nowhere, for good and on record. Rejects with `NotFound` where nothing is parked at the
 * position, and nothing there was discarded before.
 */
export class DiscardParkedHit extends Command<DiscardedHit> {
  /** @param position anything; what is no position has nothing parked */
  constructor(
    readonly position: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}
