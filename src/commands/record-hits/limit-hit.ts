import { clientOf } from '../../domain/client.ts';
import type { Accepted } from './accept-hit.command.ts';
import type { Draft, Edge, StepResult } from './draft.ts';

/**
 * The step after the site is known. A hit with a good key is charged to its site alone: a server sends those of all its
 * visitors. Without Origin the key was needed, and is known to be good; but of an image.
 */
export function limitHit(draft: Draft, edge: Edge): StepResult {
  const authorization = draft.header('authorization');
  const wasNeeded = draft.header('origin') === undefined && draft.incoming.isImage !== true;
  if (authorization === undefined || wasNeeded) return limitSite(draft, edge);
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
