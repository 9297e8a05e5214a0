import { Command } from '@nestjs/cqrs';
import type { Sight } from '../../domain/sight.ts';
import type { ChangedSite } from '../changed-site.ts';
import type { CommandContext } from '../command-context.ts';

/** The fields to change; what is not given stays as it is. */
export interface SiteUpdate {
  readonly name?: string | undefined;
  readonly public?: boolean | undefined;
  /** IANA name. It applies to hits from then on. */
  readonly timezone?: string | undefined;
  /** Addresses or CIDR ranges whose hits are not logged. */
  readonly excluded_ips?: readonly string[] | undefined;
  /** Whole paths, `*` for any characters: see `pathMatcher`. */
  readonly excluded_paths?: readonly string[] | undefined;
  /** Parameters of the query that are part of the page: see `parsePageUrl`. */
  readonly query_keys?: readonly string[] | undefined;
  /** Hits with `Sec-GPC: 1` are not logged. */
  readonly respect_gpc?: boolean | undefined;
  /** Names by which clients may call it besides. Each is one site's alone. */
  readonly aliases?: readonly string[] | undefined;
}

/**
 * Changes a site's settings. Rejects with `NotFound`, also for a site that the asker does not see, or `InvalidInput`
 * naming each field, or `Conflict` naming the aliases that are another site's. Where everything is so already nothing is recorded.
 */
export class UpdateSite extends Command<ChangedSite> {
  /** @param visitors of the last 24 hours, for the answer */
  constructor(
    readonly id: string,
    readonly update: SiteUpdate,
    readonly sight: Sight,
    readonly visitors: number | null,
    readonly context: CommandContext,
  ) {
    super();
  }
}
