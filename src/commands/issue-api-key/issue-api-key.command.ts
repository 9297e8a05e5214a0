import { Command } from '@nestjs/cqrs';
import type { Sight } from '../../domain/sight.ts';
import type { CommandContext } from '../command-context.ts';

/** A key as it is asked for: of whatever types a body had, and told field by field what is wrong. */
export interface NewApiKey {
  /** 1 to 200 characters. */
  readonly name?: unknown;
  /** Of `stats:read`, `sites:write`, `events:write`, `admin`. */
  readonly scopes?: unknown;
  /** Ids of the sites that it is limited to. Default and null: no such limit. */
  readonly site_ids?: unknown;
  /** ISO 8601; in UTC, unless it says where. Default and null: never. */
  readonly expires_at?: unknown;
  /** Default: the issuer's. */
  readonly account?: unknown;
}

/** Who issues or revokes a key: it is never wider than they are. */
export interface KeyIssuer {
  readonly scopes: readonly string[];
  readonly sight: Sight;
}

export interface IssuedApiKey {
  readonly id: string;
  readonly name: string;
  readonly account: string | null;
  readonly scopes: readonly string[];
  readonly site_ids: readonly string[] | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  /** Of the key's stream. */
  readonly version: number;
  /** To be shown this once: only its hash is stored. Not there when an `Idempotency-Key` replays the answer. */
  readonly key?: string;
}

/**
 * Issues an API key. Rejects with `InvalidInput` naming each field, or `NotAllowed` for another account than the
 * issuer's, or a scope that the issuer lacks.
 */
export class IssueApiKey extends Command<IssuedApiKey> {
  constructor(
    readonly key: NewApiKey,
    readonly issuer: KeyIssuer,
    readonly context: CommandContext,
  ) {
    super();
  }
}
