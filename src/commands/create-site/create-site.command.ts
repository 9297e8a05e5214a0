import { Command } from '@nestjs/cqrs';
import type { CommandContext } from '../command-context.ts';

export interface NewSite {
  /** As typed; see `validateDomain`. */
  readonly domain: string;
  /** Default: the domain, as people read it. */
  readonly name?: string | null | undefined;
  /** IANA name. Default: UTC. */
  readonly timezone?: string | null | undefined;
  /** Its figures need no identity. Default: false. */
  readonly public?: boolean | null | undefined;
  readonly folder_id?: string | null | undefined;
  /** Whose it is in managed mode. Default: the operator's own. */
  readonly account?: string | null | undefined;
}

export interface CreatedSite {
  readonly id: string;
  /** The key of the hits. */
  readonly site_id: number;
  /** Canonical. */
  readonly domain: string;
  readonly name: string;
  readonly public: boolean;
  readonly folder_id: string | null;
  readonly account: string | null;
  readonly timezone: string;
  readonly created_at: string;
  /** Of the site's stream. */
  readonly version: number;
}

/** Registers a site. Rejects with `InvalidInput` naming each field, or `Conflict` when the domain is taken. */
export class CreateSite extends Command<CreatedSite> {
  readonly site: NewSite;
  readonly context: CommandContext;

  constructor(site: NewSite, context: CommandContext) {
    super();
    this.site = site;
    this.context = context;
  }
}
