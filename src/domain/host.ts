import { isIPv6 } from 'node:net';
import { domainToUnicode } from 'node:url';

/** Longest name that DNS can carry, and longest label in it. */
const MAX_NAME = 253;
const MAX_LABEL = 63;
/** A generous bound on what is looked at: an IDN in its unicode spelling is never longer than this. */
const MAX_RAW = 1024;

/** Characters that would end, split or disguise a host; the URL parser would act on them, drop or decode them. */
// eslint-disable-next-line no-control-regex
const NOT_IN_HOST = /[\u0000-\u0020\u007f/\\?#@%]/;
const LABEL = /^[a-z0-9_-]+$/;

/**
 * The one spelling of a host, so that two spellings of the same site compare equal.
 *
 * @param raw `host[:port]` as in an `Origin` or a URL, unicode or punycode, any case
 * @returns lower-case ASCII (IDNA) without a trailing dot, port 80 or 443 (other ports stay: `localhost:8080`) and
 *   leading `www.`; `www.com` stays, as what is left would be no host. IPv6 keeps its brackets. Null: no host at all.
 *   Idempotent.
 */
export function canonicalHost(raw: string): string | null {
  if (raw === '' || raw.length > MAX_RAW || NOT_IN_HOST.test(raw)) return null;
  const url = URL.parse(`http://${raw}`);
  return url === null ? null : canonicalHostOfUrl(url);
}

/** {@link canonicalHost} of a URL that is parsed already (http or https: only there the parser does IDNA). */
export function canonicalHostOfUrl(url: URL): string | null {
  const name = canonicalName(url.hostname);
  if (name === null) return null;
  const port = url.port;
  return port === '' || port === '80' || port === '443' ? name : `${name}:${port}`;
}

function canonicalName(hostname: string): string | null {
  if (hostname.startsWith('[')) return hostname;
  let name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  if (name.length > MAX_NAME) return null;
  if (!name.split('.').every((label) => label.length <= MAX_LABEL && LABEL.test(label))) return null;
  // A loop, for the sake of idempotence: `www.www.example.com` must not need a second call.
  while (name.startsWith('www.') && name.includes('.', 4)) name = name.slice(4);
  return name;
}

/** A canonical host as people read it: punycode labels in unicode, the rest (ports, IPv6) as it is. */
export function displayHost(ascii: string): string {
  if (!ascii.includes('xn--')) return ascii;
  const colon = ascii.indexOf(':');
  const name = colon < 0 ? ascii : ascii.slice(0, colon);
  const port = colon < 0 ? '' : ascii.slice(colon);
  return (domainToUnicode(name) || name) + port;
}

const ORIGIN = /^https?:\/\/(.+)$/is;

/**
 * The canonical host of an `Origin` header. Null for everything else than one serialised http(s) origin:
 * `null`, several origins in a list, another scheme, a path, garbage.
 */
export function hostOfOrigin(origin: string): string | null {
  const host = ORIGIN.exec(origin)?.[1];
  return host === undefined ? null : canonicalHost(host);
}

export type DomainResult =
  | { readonly ok: true; readonly domain: string }
  | { readonly ok: false; readonly reason: string };

/**
 * What an admin types as a site's domain, in canonical form: `example.com`, `Example.COM.`, `www.example.com`, an IDN,
 * `localhost`, an IP address (IPv6 with or without brackets), each with a port if need be.
 * A pasted http(s) URL counts as its host: people copy from the address bar, and a path, a query or a user name in it
 * cannot belong to a domain. A path without a scheme is refused, as it is more likely a mistake.
 *
 * @returns the canonical ASCII host, at most 253 characters, or a reason to show to the admin
 */
export function validateDomain(input: string): DomainResult {
  const text = input.trim();
  if (text === '') return { ok: false, reason: 'must not be empty' };
  const domain = hostTyped(text);
  if (domain !== null && domain.length <= MAX_NAME) return { ok: true, domain };
  const tooLong = domain !== null || text.length > MAX_NAME;
  return {
    ok: false,
    reason: tooLong ? `must be at most ${MAX_NAME} characters` : 'must be a host name such as example.com',
  };
}

function hostTyped(text: string): string | null {
  if (/^https?:\/\/[^/\\]/i.test(text)) {
    const url = URL.parse(text);
    return url === null ? null : canonicalHostOfUrl(url);
  }
  return canonicalHost(isIPv6(text) && !text.includes('%') ? `[${text}]` : text);
}
