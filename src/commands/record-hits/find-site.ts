import { canonicalHost } from '../../domain/host.ts';
import { parsePageUrl } from '../../domain/page-url.ts';
import { Unavailable } from '../../platform/errors.ts';
import type { Accepted } from './accept-hit.command.ts';
import type { KeySite } from './event-key.ts';
import type { Draft, Edge, StepResult } from './draft.ts';
import type { DirectorySite } from './site-directory.ts';

const UNKNOWN_SITE: Accepted = { outcome: 'dropped', reason: 'unknown_site' };
const NO_KEY: Accepted = { outcome: 'no_key' };

/**
 * The site is that of the Origin. Only a browser sends one, and only truthfully; a hit without it comes from a server,
 * which says whom it speaks for (`Referer`, else the page's URL) and has to show a key. Of an image, the Referer is what
 * the Origin is otherwise, and the page's URL where there is none, as in mails. Where the hit names its site, that site
 * has to be one of the place that it comes from.
 */
export function findSite(draft: Draft, edge: Edge): StepResult {
  const { isImage = false, body } = draft.incoming;
  const origin = draft.header('origin') ?? (isImage ? (originOf(draft.header('referer')) ?? originOf(body.url)) : undefined);
  if (origin === undefined) return findSiteByKey(draft, edge);
  const host = edge.hostOf(origin);
  const site = host === null ? undefined : siteAt(draft, edge, host);
  if (site === undefined) return findNewSite(draft, edge, host);
  draft.site = site;
  return undefined;
}

async function findNewSite(draft: Draft, edge: Edge, host: string | null): Promise<Accepted | undefined> {
  const site = host === null ? undefined : await edge.sites.find(host).then(() => siteAt(draft, edge, host));
  if (site === undefined) return refuse(draft, edge, host);
  draft.site = site;
  return undefined;
}

/**
 * The site that a page of a host is counted at. A page may name a site of its own host or of one above it, as pages of
 * `blog.example.com` may be counted at `example.com`: whoever has the one has the other. It may not name any other.
 */
function siteAt({ incoming }: Draft, { sites }: Edge, host: string): DirectorySite | undefined {
  const claim = incoming.body.sites?.[0];
  if (claim === undefined) return sites.get(host);
  const named = sites.named(claim);
  if (named !== undefined && isAtOrBelow(host, named.domain)) return named;
  if (named === undefined && incoming.namesElsewhere === true) return sites.get(host);
  // Clients that say `location.hostname` leave the port out, which sites under development have.
  const domain = canonicalHost(claim);
  return domain !== null && isAtOrBelow(host.replace(/:\d+$/, ''), domain) ? sites.get(host) : undefined;
}

function isAtOrBelow(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

/** `https://example.com/a` → `https://example.com`; undefined where there is none. */
function originOf(url: string | undefined): string | undefined {
  return /^https?:\/\/[^/\\?#]+/i.exec(url ?? '')?.[0];
}

async function findSiteByKey(draft: Draft, edge: Edge): Promise<Accepted | undefined> {
  const authorization = draft.header('authorization');
  if (authorization === undefined) return NO_KEY;
  const hosts = [draft.header('referer'), draft.incoming.body.url].flatMap((url) => {
    const page = parsePageUrl(url ?? '');
    return 'error' in page ? [] : [page.host];
  });
  const { body, namesElsewhere = false } = draft.incoming;
  const claim = body.sites?.[0];
  const find = (): DirectorySite | undefined => {
    const named = claim === undefined ? undefined : edge.sites.named(claim);
    return named ?? (claim === undefined || namesElsewhere ? firstOf(hosts, edge) : undefined);
  };
  let site = find();
  if (!(await mayWrite(edge, authorization, site ?? null))) return NO_KEY;
  if (site === undefined && hosts[0] !== undefined) {
    await edge.sites.find(hosts[0]); // looks all changes up
    site = find();
    if (site !== undefined && !(await mayWrite(edge, authorization, site))) return NO_KEY;
  }
  if (site === undefined) return refuse(draft, edge, hosts[0] ?? null);
  draft.site = site;
  return undefined;
}

/** Several names may come to one site, which counts the hit once: it says no more of it than an unknown one does. */
export function takeOnce(draft: Draft): StepResult {
  const { taken, site } = draft;
  if (taken?.has(site.siteId) === true) return UNKNOWN_SITE;
  taken?.add(site.siteId);
  return undefined;
}

function firstOf(hosts: readonly string[], edge: Edge): DirectorySite | undefined {
  const host = hosts.find((candidate) => edge.sites.get(candidate) !== undefined);
  return host === undefined ? undefined : edge.sites.get(host);
}

async function mayWrite(edge: Edge, authorization: string, site: KeySite | null): Promise<boolean> {
  try {
    return await edge.canWriteEvents(authorization, site);
  } catch (e) {
    throw new Unavailable('log_unavailable', 'The key cannot be checked now', 1, { cause: e });
  }
}

/** A malformed hit is told so, whoever sends it: that is the first mistake to mend. */
function refuse(draft: Draft, edge: Edge, host: string | null): Accepted {
  const page = parsePageUrl(draft.incoming.body.url);
  if ('error' in page) return { outcome: 'invalid', pointer: '/u', detail: page.error };
  // A registered one is refused for what it named, not for what it is.
  if (host !== null && edge.sites.get(host) === undefined) edge.ledger.refuse(host);
  return UNKNOWN_SITE;
}
