import { Command } from '@nestjs/cqrs';
import type { RetriedHit } from '../../projections/operate/parked.ts';
import type { CommandContext } from '../command-context.ts';

export type { RetriedHit } from '../../projections/operate/parked.ts';

/** Folds a parked hit once more. Rejects with `NotFound` where nothing is parked at the position. */
export class RetryParkedHit extends Command<RetriedHit> {
  /** @param position anything; what is no position has nothing parked */
  constructor(
    readonly position: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}
