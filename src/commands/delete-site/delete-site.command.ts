import { Command } from '@nestjs/cqrs';
import type { Sight } from '../../domain/sight.ts';
import type { CommandContext } from '../command-context.ts';

export interface DeletedSite {
  /** Of the site's stream, which ends with it but for what tells of the erasure. */
  readonly version: number;
}

/**
 * Deletes a site: it is gone at once for everybody and collects nothing more. Rejects with `NotFound`, also for a site
 * that the asker does not see.
 */
export class DeleteSite extends Command<DeletedSite> {
  constructor(
    readonly id: string,
    readonly sight: Sight,
    readonly context: CommandContext,
  ) {
    super();
  }
}
