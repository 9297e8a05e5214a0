import type { DomainEvent } from '../../log/events/event.ts';
import type { NewApiKey } from './issue-api-key.command.ts';

export type ApiKeyIssued = Extract<DomainEvent, { type: 'ApiKeyIssued' }>;

/** @param hash SHA-256 of the key */
export function decideIssueApiKey(
  key: NewApiKey,
  made: { readonly id: string; readonly hash: Buffer; readonly now: Date },
): ApiKeyIssued {
  return {
    type: 'ApiKeyIssued',
    schemaVersion: 1,
    data: {
      id: made.id,
      name: key.name,
      account: key.account,
      scopes: key.scopes,
      site_ids: key.site_ids,
      hash: made.hash.toString('hex'),
      created_at: made.now.toISOString(),
      expires_at: key.expires_at?.toISOString() ?? null,
    },
  };
}
