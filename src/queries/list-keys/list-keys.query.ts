import { Query } from '@nestjs/cqrs';
import type { Sight } from '../../domain/sight.ts';

/** All that is told of a key: not its hash. */
export interface ListedKey {
  readonly id: string;
  readonly name: string;
  readonly account: string | null;
  readonly scopes: readonly string[];
  readonly site_ids: readonly string[] | null;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  /** To the minute. */
  readonly last_used_at: Date | null;
  readonly version: number;
}

/** API keys that are not revoked, the oldest first; expired ones too. */
export class ListKeys extends Query<readonly ListedKey[]> {
  /**
   * @param sight whose: none that is wider
   * @param id only the one of this id; what is no UUID is no key
   */
  constructor(
    readonly sight: Sight,
    readonly id?: string,
  ) {
    super();
  }
}
