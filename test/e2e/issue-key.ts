import { issueApiKey } from '../../src/commands/issue-api-key/issue-api-key.ts';
import { EVERYTHING } from '../../src/domain/sight.ts';
import type { TestServer } from './harness.ts';

export interface WantedKey {
  name: string;
  scopes: readonly string[];
  site_ids: readonly string[] | null;
  account: string | null;
  /** May be over: the key is issued as if on an earlier day. */
  expires_at: Date | null;
}

const LONG_AGO = Date.parse('2020-01-01T00:00:00Z');

/** A key of whatever kind, as an operator issues it. */
export async function issueKey(antics: TestServer, key: Partial<WantedKey>): Promise<{ id: string; key: string }> {
  const wanted = { name: 'test', scopes: ['stats:read'], ...key, expires_at: key.expires_at?.toISOString() };
  const issuer = { scopes: ['admin'], sight: EVERYTHING };
  const context = { actor: { name: 'cli:test', kind: 'cli' as const } };
  const clock = () => (key.expires_at ? LONG_AGO : Date.now());
  const issued = await issueApiKey(antics.server.writer.db, wanted, issuer, context, clock);
  return { id: issued.id, key: issued.key ?? '' };
}
