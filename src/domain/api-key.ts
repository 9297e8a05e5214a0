import { createHash, randomBytes } from 'node:crypto';

/** What a key may be good for; `admin` includes the others. */
export const SCOPES = ['stats:read', 'sites:write', 'events:write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** A new API key: 256 random bits, with a prefix by which people and scanners for leaked secrets know it. */
export function newApiKey(): string {
  return `antics_${randomBytes(32).toString('base64url')}`;
}

/** What is stored of a key. It is as random as a hash, so that nobody can try keys out: a slow hash would add nothing. */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
