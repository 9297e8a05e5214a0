import type { Headers } from '../../domain/rules/v1/agent/headers.ts';
import { rateLimit, type MonotonicClock, type RateLimit, type RateLimits } from '../../platform/rate-limit.ts';

/** What hits may be sent, counted in this process. */
export interface HitLimits {
  /** By `clientOf`. */
  readonly client: RateLimit;
  /** By `siteId`. */
  readonly site: RateLimit;
  /** What came with an Authorization that was not good for it, by `clientOf`. */
  readonly wrongKey: RateLimit;
}

export function hitLimits({ client, site }: Pick<RateLimits, 'client' | 'site'>, clock?: MonotonicClock): HitLimits {
  return { client: rateLimit(client, clock), site: rateLimit(site, clock), wrongKey: rateLimit(client, clock) };
}

/**
 * At the door, before anything is read: seconds to wait, 0 to come in. Who shows a key is let in to prove it, unless
 * too many wrong ones came from there.
 */
export function waitAtDoor(limits: HitLimits, headers: Headers, client: string | null): number {
  if (client === null) return 0;
  return headers['authorization'] === undefined ? limits.client.take(client) : limits.wrongKey.wait(client);
}
