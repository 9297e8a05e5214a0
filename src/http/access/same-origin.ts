import type { FastifyRequest } from 'fastify';
import { NotAllowed } from '../../platform/errors.ts';
import { isFromProxy, type ProxySettings } from './proxy-identity.ts';
import { rawValues } from './raw-headers.ts';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Keeps other sites from acting through the browser of somebody who is signed in: a request that changes something and
 * shows what browsers send by themselves (a cookie, what a proxy adds) must come from a page of this origin. Browsers
 * say so in `Sec-Fetch-Site`, older ones in `Origin`. Whoever shows an API key need not be asked.
 * @throws NotAllowed
 */
export function requireSameOrigin(request: FastifyRequest, proxy: ProxySettings): void {
  if (SAFE_METHODS.includes(request.method)) return;
  const fetchSites = rawValues(request, 'sec-fetch-site');
  const origins = rawValues(request, 'origin');
  if (fetchSites.length === 0 && origins.length === 0) {
    throw new NotAllowed(
      'A change without an API key must come from a page of this address: Sec-Fetch-Site or Origin is missing.',
    );
  }
  if (fetchSites.length > 0 && (fetchSites.length > 1 || fetchSites[0] !== 'same-origin')) {
    throw new NotAllowed('A change without an API key must come from a page of this address: Sec-Fetch-Site says no.');
  }
  if (origins.length === 0) return;
  const origin = origins.length === 1 ? parseOrigin(origins[0] ?? '') : null;
  // A proxy may have changed the port, and the browser has vouched for it.
  const isSame = fetchSites.length > 0 ? sameHostname : sameHost;
  if (origin === null || !ownHosts(request, proxy).some((host) => isSame(origin, host))) {
    throw new NotAllowed('A change without an API key must come from a page of this address: Origin says no.');
  }
}

/** How the browser may call us: `Host`, and by what name a proxy that is believed was called. */
function ownHosts(request: FastifyRequest, proxy: ProxySettings): string[] {
  const forwarded = isFromProxy(request, proxy) ? rawValues(request, 'x-forwarded-host') : [];
  return [...rawValues(request, 'host'), ...forwarded];
}

/** Null: no origin, `null` of a sandboxed page among them. */
function parseOrigin(text: string): URL | null {
  const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
  return url !== null && url.origin === text.toLowerCase() ? url : null;
}

/** Read under the origin's scheme, so that its usual port may be written or not. */
function sameHost(origin: URL, host: string): boolean {
  return URL.parse(`${origin.protocol}//${host}`)?.host === origin.host;
}

function sameHostname(origin: URL, host: string): boolean {
  return URL.parse(`${origin.protocol}//${host}`)?.hostname === origin.hostname;
}
