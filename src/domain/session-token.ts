import { createHash, randomBytes } from 'node:crypto';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long a sign-in link waits to be used. */
export const LINK_MS = 15 * MINUTE_MS;
/** A session ends after this, however much it is used. */
export const SESSION_MS = 30 * DAY_MS;
/** And after this without use, give or take an hour: use is seen by the token's renewal. */
export const IDLE_MS = 7 * DAY_MS;
/** A token older than this is replaced when it is used. */
export const RENEWED_AFTER_MS = HOUR_MS;
/** How long the replaced one is good for requests that were under way. */
export const GRACE_MS = MINUTE_MS;

/** What proves a link or a session: 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export function isToken(text: unknown): text is string {
  return typeof text === 'string' && /^[\w-]{43}$/.test(text);
}

/** What is stored of a token. It is as random as a hash, so that a slow one would add nothing. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
