import { parsePageUrl } from '../../domain/page-url.ts';
import { seesSite } from '../../domain/sight.ts';
import { TooMany } from '../../platform/errors.ts';
import type { AcceptBatch, BatchElement } from './accept-batch.command.ts';
import type { Edge } from './draft.ts';
import type { HitLimits } from './hit-limits.ts';
import type { DirectorySite } from './site-directory.ts';

/**
 * The site of each element: the one that it names, else that of its page's host. Undefined where there is none that the
 * sender's key may write events of. Hosts that are no sites yet are looked up once for all of them.
 */
export async function findSites(batch: AcceptBatch, edge: Edge): Promise<(DirectorySite | undefined)[]> {
  const find = (): (DirectorySite | undefined)[] => batch.elements.map((element) => siteOf(element, batch, edge));
  const known = find();
  if (!known.includes(undefined)) return known;
  // Whatever it is asked for, it looks all changes up.
  await edge.sites.find('');
  return find();
}

function siteOf({ body }: BatchElement, { sender }: AcceptBatch, { sites, hostOf }: Edge): DirectorySite | undefined {
  const claim = body.sites?.[0];
  const site = claim === undefined ? sites.get(pageHost(body.url, hostOf) ?? '') : sites.named(claim);
  return site !== undefined && seesSite(sender.sight, { ...site, group: null }) ? site : undefined;
}

/** The host of an element that has no site, where nobody has registered it. */
export function unregisteredHost({ body }: BatchElement, { sites, hostOf }: Edge): string | undefined {
  const host = body.sites === null ? pageHost(body.url, hostOf) : null;
  return host === null || sites.get(host) !== undefined ? undefined : host;
}

/** Hosts repeat: the beginning of the URL is looked at alone, unless there is more in it than a host. */
function pageHost(url: string, hostOf: Edge['hostOf']): string | null {
  const [origin] = /^https?:\/\/[^/\\?#\s]+/i.exec(url) ?? [];
  const host = origin === undefined ? null : hostOf(origin);
  if (host !== null) return host;
  const page = parsePageUrl(url);
  return 'error' in page ? null : page.host;
}

/** Charges each element to its site, where all of them may pass. @throws TooMany where not: then nothing is charged */
export function chargeSites(sites: readonly (DirectorySite | undefined)[], { site: limit }: HitLimits): void {
  const counts = new Map<number, number>();
  for (const site of sites) if (site !== undefined) counts.set(site.siteId, (counts.get(site.siteId) ?? 0) + 1);
  const seconds = Math.max(0, ...[...counts].map(([siteId, count]) => limit.wait(siteId, count)));
  if (seconds > 0) throw new TooMany('More events than a site of this batch may get now. Try again later.', seconds);
  for (const [siteId, count] of counts) limit.take(siteId, count);
}
