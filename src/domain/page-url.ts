import { canonicalHostOfUrl, displayHost } from './host.ts';
import { displayPath, displayQuery } from './page-path.ts';
import { cleanText, utf8Length } from './text.ts';

export const MAX_URL_BYTES = 2048;

/** Query keys that every site keeps, in the order in which they are stored. They name the source of a visit. */
export const SOURCE_KEYS = [
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
  'source',
  'ref',
] as const;

/** Click ids: only the *name* is kept, never the value, which identifies a person's click. First found wins. */
export const CLICK_IDS = [
  'gclid',
  'gbraid',
  'wbraid',
  'msclkid',
  'fbclid',
  'twclid',
  'ttclid',
  'li_fat_id',
] as const;

/** What is kept of a page's URL. */
export interface PageUrl {
  /** Canonical ASCII host, see `canonicalHost`: to compare with, no `www.`, with any port but 80 and 443. */
  readonly host: string;
  /** The same host as shown, in unicode. */
  readonly hostname: string;
  /** As shown (see `displayPath`), starts with /; with the site's own query keys and, under hash routing, the route. */
  readonly pathname: string;
  /** The SOURCE_KEYS that the URL carries, in their order, URLSearchParams-encoded. Null: none. */
  readonly query: string | null;
  /** Name of the click id that the URL carries. */
  readonly clickId: string | null;
}

export interface PageUrlOptions {
  /** The site's own list of query keys to keep; they are part of the page: `/search?q=shoes`. Case matters. */
  readonly queryKeys?: readonly string[];
  /** The fragment is the route of a single-page application: `/#/about`. */
  readonly hashRouting?: boolean;
}

/**
 * Takes a page's URL apart and forgets what may not be kept: userinfo, any other query key, values of click ids, the
 * fragment.
 *
 * - A key listed by the site is part of the page: it shows in `pathname`, utm_* excepted, and is not in `query` again,
 *   which is interpreted once per distinct text and so may not hold an article's number. Click ids cannot be listed.
 * - Of a repeated key the first value that is not empty counts; empty values are left out.
 * - Under hash routing the fragment joins the path, without its own query (`#/a?token=…`); the kept keys are looked up
 *   there too, after the real query. A fragment that is but parameters (`#access_token=…`) is no route.
 *
 * Never throws. The error is meant for the client, to be put after the field's name.
 */
export function parsePageUrl(u: string, o: PageUrlOptions = {}): PageUrl | { error: string } {
  const text = cleanText(u);
  if (utf8Length(text) > MAX_URL_BYTES) return { error: `must be at most ${MAX_URL_BYTES} bytes` };
  // Stricter than the URL parser, which also takes `http:example.com` and `http:///example.com`.
  const url = /^\s*https?:\/\/[^/\\]/i.test(text) ? URL.parse(text) : null;
  const host = url === null ? null : canonicalHostOfUrl(url);
  if (url === null || host === null) return { error: 'must be an http or https URL' };

  const [route, routeQuery] = o.hashRouting === true ? splitFragment(url.hash) : ['', ''];
  const found = valuesByKey(url.search, routeQuery);
  const own = o.queryKeys === undefined ? [] : ownKeys(o.queryKeys);
  const shown = encodeQuery(own.filter((key) => !key.startsWith('utm_') || !isSourceKey(key)), found);
  return {
    host,
    hostname: displayHost(host),
    pathname: displayPath(url.pathname) + (shown === null ? '' : `?${displayQuery(shown)}`) + displayPath(route),
    query: encodeQuery(SOURCE_KEYS, found),
    clickId: CLICK_IDS.find((key) => found.has(key)) ?? null,
  };
}

/** `#/route?a=b` → the route and its query. */
function splitFragment(hash: string): [route: string, query: string] {
  if (hash === '') return ['', ''];
  const end = hash.indexOf('?');
  const route = end < 0 ? hash : hash.slice(0, end);
  const query = end < 0 ? '' : hash.slice(end);
  const isRoute = /^#[/!]/.test(route) || (route !== '#' && !route.includes('='));
  return [isRoute ? route : '', query];
}

/** The first non-empty value of every key, over the given queries in turn. */
function valuesByKey(...queries: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const query of queries) {
    if (query === '') continue;
    for (const [key, raw] of new URLSearchParams(query)) {
      const value = cleanText(raw);
      if (value !== '' && !found.has(key)) found.set(key, value);
    }
  }
  return found;
}

/** The site's list, sorted, each key once. */
function ownKeys(listed: readonly string[]): string[] {
  return [...new Set(listed)].filter((key) => key !== '' && !isClickId(key)).sort();
}

function isSourceKey(key: string): boolean {
  return (SOURCE_KEYS as readonly string[]).includes(key);
}

function isClickId(key: string): boolean {
  return (CLICK_IDS as readonly string[]).includes(key);
}

function encodeQuery(keys: readonly string[], found: ReadonlyMap<string, string>): string | null {
  if (found.size === 0) return null;
  const kept: [string, string][] = [];
  for (const key of keys) {
    const value = found.get(key);
    if (value !== undefined) kept.push([key, value]);
  }
  return kept.length === 0 ? null : new URLSearchParams(kept).toString();
}
