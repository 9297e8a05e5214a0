import type { Headers } from '../../domain/agent/headers.ts';
import { clientOf } from '../../domain/client.ts';
import { rateLimit, type MonotonicClock, type RateLimit, type RateLimits } from '../../platform/rate-limit.ts';
import type { Accepted } from './accept-hit.command.ts';
import type { Draft, Edge, StepResult } from './draft.ts';

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

/**
 * The step after the site is known. A hit with a good key is charged to its site alone: a server sends those of all its
 * visitors. Without Origin the key was needed, and is known to be good.
 */
export function limitHit(draft: Draft, edge: Edge): StepResult {
  const authorization = draft.header('authorization');
  if (authorization === undefined || draft.header('origin') === undefined) return limitSite(draft, edge);
  return edge.canWriteEvents(authorization, draft.site).then((isGood) => {
    const client = isGood ? null : clientOf(draft.incoming.headers, draft.incoming.peer, edge.trustedProxies);
    const seconds = client === null ? 0 : edge.limits.client.take(client);
    return seconds > 0 ? limited('client', seconds) : limitSite(draft, edge);
  });
}

function limitSite(draft: Draft, edge: Edge): Accepted | undefined {
  const seconds = edge.limits.site.take(draft.site.siteId);
  return seconds > 0 ? limited('site', seconds) : undefined;
}

function limited(by: 'client' | 'site', retryAfterSeconds: number): Accepted {
  return { outcome: 'limited', by, retryAfterSeconds };
}
