import type { EventOf } from '../../log/events/event.ts';
import { NotFound } from '../../platform/errors.ts';

export interface RevocableKey {
  readonly id: string;
  readonly expires_at: Date | null;
}

/** Ends a key: at once, or after a time in which its users can change over, where that is before it ends anyway. */
export function decideRevokeApiKey<K extends RevocableKey>(
  key: K | undefined,
  now: Date,
  graceMs: number,
): EventOf<'ApiKeyRevoked' | 'ApiKeyRetired'> {
  if (key === undefined) throw new NotFound('There is no such key.');
  if (graceMs <= 0) return { type: 'ApiKeyRevoked', schemaVersion: 1, data: { id: key.id } };
  const end = Math.min(now.getTime() + graceMs, key.expires_at?.getTime() ?? Number.MAX_SAFE_INTEGER);
  const expires_at = new Date(end).toISOString();
  return { type: 'ApiKeyRetired', schemaVersion: 1, data: { id: key.id, expires_at } };
}
