import type { EventBody } from '../../commands/record-hits/accept-hit.command.ts';
import { CLICK_IDS, SOURCE_KEYS } from '../../domain/page-url.ts';
import { NAME_RULE } from '../event/wire-check.ts';
import { eventName, widthOf } from '../event/wire-fields.ts';
import { fault, type WireFault } from '../event/wire-json.ts';

export interface PageHeaders {
  readonly origin?: string | undefined;
  readonly referer?: string | undefined;
}

type Place = Readonly<Pick<URL, 'origin' | 'pathname'>>;

export type CountResult = { readonly ok: true; readonly body: EventBody; readonly byMachine: boolean } | WireFault;

/** Where a page is that says it comes from nowhere, as in a sandbox: no site has that host. */
const NOWHERE: Place = { origin: 'https://unknown.invalid', pathname: '/' };
/** Where nothing says it. An address without host is refused by who needs one. */
const UNSAID: Place = { origin: '', pathname: '/' };
const ENGAGEMENT = 'engagement';
/** What GoatCounter's script finds out about a browser that a machine drives. Less is what no script sends. */
const BOT = /^1[5-9]\d$/;
const CARRIED: readonly string[] = [...SOURCE_KEYS, ...CLICK_IDS];

/**
 * Reads the query of GoatCounter's `/count`: `p` is the page's path with its query, or with `e=true` the name of an
 * event; `r` the referrer, `s` the width of the screen (and more), `b` what the script thinks of a browser, `q` the
 * page's query, of which the campaign counts where `p` is a canonical path without. The rest is left out. Of a repeated
 * parameter the first counts. Never throws.
 *
 * @param headers what the request says of the page
 */
export function checkCount(query: URLSearchParams, headers: PageHeaders): CountResult {
  const p = query.get('p') ?? '';
  if (p === '') return fault('p', 'must be the path of the page, or the name of the event');
  const { origin, pathname } = placeOf(headers);
  const isEvent = /^(?:true|1|on)$/.test(query.get('e') ?? '');
  const name = isEvent ? eventName(p) : null;
  if (name === undefined) return fault('p', NAME_RULE);
  if (name === ENGAGEMENT) return fault('p', `must not be "${ENGAGEMENT}", which is reserved`);
  return {
    ok: true,
    byMachine: BOT.test(query.get('b') ?? ''),
    body: {
      name,
      url: isEvent ? origin + pathname : withCampaign(urlOf(p, origin), query.get('q') ?? ''),
      referrer: query.get('r'),
      width: widthOf(Number.parseInt(query.get('s') ?? '', 10)),
      durationMs: null,
      scroll: null,
      props: null,
      vitals: null,
      interactive: true,
      revenue: null,
      // The script leaves the fragment out by itself: who puts it into the path means a page by it.
      hashRouting: true,
      sites: null,
    },
  };
}

/** An event has but the headers to say on which page it was: mostly the origin alone. */
function placeOf({ origin, referer }: PageHeaders): Place {
  if (origin === undefined) return (referer === undefined ? null : pageAt(referer)) ?? UNSAID;
  // A referer of another origin than the one that counts would put the page elsewhere.
  return pageAt(referer?.startsWith(`${origin}/`) === true ? referer : origin) ?? NOWHERE;
}

function pageAt(address: string): Place | null {
  const url = URL.parse(address);
  return url === null || url.origin === 'null' ? null : url;
}

function urlOf(path: string, origin: string): string {
  if (/^https?:\/\//i.test(path)) return path;
  return origin + (path.startsWith('/') ? '' : '/') + path;
}

/** Puts what `q` says of the source to a URL that does not say it. */
function withCampaign(url: string, q: string): string {
  if (q === '' || q === '?') return url;
  const hashAt = url.indexOf('#');
  const [address, fragment] = hashAt < 0 ? [url, ''] : [url.slice(0, hashAt), url.slice(hashAt)];
  const queryAt = address.indexOf('?');
  const there = new URLSearchParams(queryAt < 0 ? '' : address.slice(queryAt));
  const more = new URLSearchParams();
  for (const [key, value] of new URLSearchParams(q)) {
    if (CARRIED.includes(key) && !there.has(key) && !more.has(key)) more.set(key, value);
  }
  return more.size === 0 ? url : `${address}${queryAt < 0 ? '?' : '&'}${more.toString()}${fragment}`;
}
