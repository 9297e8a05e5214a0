import type { Sight } from '../../domain/sight.ts';
import { isUuid } from '../../domain/uuid.ts';
import { applyApiKeyEvent } from '../../models/api-keys/api-key.fold.ts';
import { lockApiKey } from '../../models/api-keys/api-key.read.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { NotFound } from '../../platform/errors.ts';
import type { CommandContext } from '../command-context.ts';
import { runCommand } from '../run-command.ts';
import type { RevokedApiKey } from './revoke-api-key.command.ts';
import { decideRevokeApiKey } from './revoke-api-key.decide.ts';

/**
 * Revokes a key: what the command's handler does, and the command line. See `RevokeApiKey`.
 * @param graceMs how long it is still good. Default: revoked at once
 */
export async function revokeApiKey(
  db: Db,
  { id, sight, graceMs = 0 }: { readonly id: string; readonly sight: Sight; readonly graceMs?: number },
  context: CommandContext,
  clock: Clock,
): Promise<RevokedApiKey> {
  return runCommand<RevokedApiKey>(db, 'RevokeApiKey', context, clock, async (tx, now) => {
    const key = isUuid(id) ? await lockApiKey(tx, sight, id) : undefined;
    const event = decideRevokeApiKey(key, now, graceMs);
    if (key === undefined) throw new NotFound('There is no such key.');
    const { name, account, scopes, site_ids } = key;
    const expires_at = key.expires_at?.toISOString() ?? null;
    const isRevoked = event.type === 'ApiKeyRevoked';
    const endsAt = isRevoked ? now.toISOString() : event.data.expires_at;
    return {
      ...event,
      stream: `key:${key.id}`,
      version: key.version,
      before: isRevoked ? { name, account, scopes, site_ids, expires_at } : { expires_at },
      after: isRevoked ? null : { expires_at: endsAt },
      result: { id: key.id, name, ends_at: endsAt, version: key.version + 1 },
      apply: (tx, version) => applyApiKeyEvent(tx, { event, version }),
    };
  });
}
