import { Command } from '@nestjs/cqrs';

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
  readonly timezone: string;
  readonly created_at: string;
  /** Of the site's stream. */
  readonly version: number;
}

/** Registers a site. Rejects with `InvalidInput` naming each field, or `Conflict` when the domain is taken. */
export class CreateSite extends Command<CreatedSite> {
  readonly site: NewSite;
  readonly actor: string;

  /** @param actor as the log names them: `key:…`, `cli:…` */
  constructor(site: NewSite, actor: string) {
    super();
    this.site = site;
    this.actor = actor;
  }
}
