import { Command } from '@nestjs/cqrs';
import type { ListedRebuild } from '../../projections/operate/list.read.ts';
import type { CommandContext } from '../command-context.ts';

/**
 * Has a projection built anew by the workers, or joins the rebuild that is under way. Rejects with `NotFound` (the name,
 * the site) and `Conflict` where another rebuild is in the way.
 */
export class RebuildProjection extends Command<ListedRebuild> {
  constructor(
    readonly name: string,
    /** Public id of the only site; undefined: all. */
    readonly site: unknown,
    readonly context: CommandContext,
  ) {
    super();
  }
}
