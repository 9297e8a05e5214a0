import { Command } from '@nestjs/cqrs';
import type { VerifyReport } from '../../projections/operate/verify.ts';
import type { CommandContext } from '../command-context.ts';

export type { VerifyReport, WrongFigure } from '../../projections/operate/verify.ts';

export interface VerifyWhat {
  /** Public id of the only site. */
  readonly site_id?: unknown;
  /** Local days `YYYY-MM-DD`, both included. */
  readonly from?: unknown;
  readonly to?: unknown;
}

/**
 * Counts what serves anew from the log. Rejects with `NotFound` (the name, the site), `InvalidInput`, `Conflict` where
 * nothing can be compared, and `TooMany` while another one runs.
 */
export class VerifyProjection extends Command<VerifyReport> {
  constructor(
    readonly name: string,
    readonly what: VerifyWhat,
    readonly context: CommandContext,
  ) {
    super();
  }
}
