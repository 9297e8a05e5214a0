import { Command } from '@nestjs/cqrs';
import type { Sight } from '../../domain/sight.ts';
import type { ChangedSite } from '../changed-site.ts';
import type { CommandContext } from '../command-context.ts';

/**
 * Puts a site into a folder, or (null) into none. Rejects with `NotFound`, also for a site that the asker does not
 * see, or `InvalidInput` for a folder that is not there or of another account than the site.
 */
export class MoveSite extends Command<ChangedSite> {
  /** @param visitors of the last 24 hours, for the answer */
  constructor(
    readonly id: string,
    readonly folderId: string | null,
    readonly sight: Sight,
    readonly visitors: number | null,
    readonly context: CommandContext,
  ) {
    super();
  }
}
