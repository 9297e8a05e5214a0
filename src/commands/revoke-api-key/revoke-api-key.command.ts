import { Command } from '@nestjs/cqrs';
import type { Sight } from '../../domain/sight.ts';
import type { CommandContext } from '../command-context.ts';

export interface RevokedApiKey {
  readonly id: string;
  readonly name: string;
  /** When the last process has forgotten it is a second later. */
  readonly ends_at: string;
  /** Of the key's stream. */
  readonly version: number;
}

/**
 * Revokes an API key, its own asker's too. Rejects with `NotFound` for one that is not there, or wider than the asker,
 * who sees none of them.
 */
export class RevokeApiKey extends Command<RevokedApiKey> {
  /**
   * @param id anything; what is no UUID is no key
   * @param sight the asker's
   */
  constructor(
    readonly id: string,
    readonly sight: Sight,
    readonly context: CommandContext,
  ) {
    super();
  }
}
