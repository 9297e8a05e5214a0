import { Command } from '@nestjs/cqrs';
import type { SwitchedProjection } from '../../projections/operate/switch-to.ts';
import type { CommandContext } from '../command-context.ts';

export type { SwitchedProjection } from '../../projections/operate/switch-to.ts';

/**
 * Switches to what is built though it differs, on record. Rejects with `Incomplete` without a reason, `NotFound` (the
 * name) and `Conflict` where nothing is ready.
 */
export class PromoteProjection extends Command<SwitchedProjection> {
  constructor(
    readonly name: string,
    readonly reason: unknown,
    readonly context: CommandContext,
  ) {
    super();
  }
}
