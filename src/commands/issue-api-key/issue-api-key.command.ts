import { Command } from '@nestjs/cqrs';

export interface NewApiKey {
  readonly name: string;
  /** Of `stats:read`, `sites:write`, `events:write`, `admin`. */
  readonly scopes: readonly string[];
  /** Ids of the sites that it is limited to; null: no such limit. */
  readonly site_ids: readonly string[] | null;
  readonly account: string | null;
  readonly expires_at: Date | null;
}

export interface IssuedApiKey {
  readonly id: string;
  /** To be shown this once: only its hash is stored. */
  readonly key: string;
}

/** Issues an API key. */
export class IssueApiKey extends Command<IssuedApiKey> {
  readonly key: NewApiKey;
  readonly actor: string;

  constructor(key: NewApiKey, actor: string) {
    super();
    this.key = key;
    this.actor = actor;
  }
}
