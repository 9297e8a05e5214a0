import { Command } from '@nestjs/cqrs';
import type { DiffReport } from '../../projections/operate/reports.ts';
import type { CommandContext } from '../command-context.ts';

export type { DiffReport } from '../../projections/operate/reports.ts';

/**
 * Compares what is built, and waits for who decides, with what serves. Rejects with `NotFound` (the name, the site),
 * `Conflict` where nothing is ready, and `TooMany` while another comparison runs.
 */
export class DiffProjection extends Command<DiffReport> {
  constructor(
    readonly name: string,
    /** Public id of the only site; undefined: all. */
    readonly site: unknown,
    readonly context: CommandContext,
  ) {
    super();
  }
}
