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
 * which says whom it speaks for (`Referer`, else the page's URL) and has to show a key.
 */
export function findSite(draft: Draft, edge: Edge): StepResult {
  const origin = draft.header('origin');
  if (origin === undefined) return findSiteByKey(draft, edge);
  const host = edge.hostOf(origin);
  const site = host === null ? undefined : edge.sites.get(host);
  if (site === undefined) return findNewSite(draft, edge, host);
  draft.site = site;
  return undefined;
}

async function findNewSite(draft: Draft, edge: Edge, host: string | null): Promise<Accepted | undefined> {
  const site = host === null ? undefined : await edge.sites.find(host);
  if (site === undefined) return refuse(draft, edge, host);
  draft.site = site;
  return undefined;
}

async function findSiteByKey(draft: Draft, edge: Edge): Promise<Accepted | undefined> {
  const authorization = draft.header('authorization');
  if (authorization === undefined) return NO_KEY;
  const hosts = [draft.header('referer'), draft.incoming.body.url].flatMap((url) => {
    const page = parsePageUrl(url ?? '');
    return 'error' in page ? [] : [page.host];
  });
  let site = firstOf(hosts, edge);
  if (!(await mayWrite(edge, authorization, site ?? null))) return NO_KEY;
  if (site === undefined && hosts[0] !== undefined) {
    await edge.sites.find(hosts[0]); // looks all changes up
    site = firstOf(hosts, edge);
    if (site !== undefined && !(await mayWrite(edge, authorization, site))) return NO_KEY;
  }
  if (site === undefined) return refuse(draft, edge, hosts[0] ?? null);
  draft.site = site;
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
  if (host !== null) edge.ledger.refuse(host);
  return UNKNOWN_SITE;
}
