import { type Channel, channelOf } from './channel.ts';
import { networkOf } from './click-ids.ts';
import type { Category } from './host-table.ts';
import { named, sourceOfHost, sourceOfTag } from './known-hosts.ts';

/** What the log keeps of where a visit came from. */
export interface RawSource {
  /** Host of the page, `www.` cut. */
  hostname: string;
  /** Host of the cleaned referrer, or the Android package of an `android-app://` one. */
  referrerHost: string | null;
  /** The kept part of the landing page's query, `application/x-www-form-urlencoded`. */
  query: string | null;
  /** Name of the click id, e.g. `gclid`. */
  clickId: string | null;
}

export interface Source {
  /** Name of a known source, else the tag as the campaign wrote it, else the referrer's host; null: direct. */
  source: string | null;
  channel: Channel;
  /** As the link gave them: trimmed, at most 500 characters, null where empty. */
  utmSource: string | null;
  utmMedium: string | null;
  utmCampaign: string | null;
  utmTerm: string | null;
  utmContent: string | null;
}

const LONGEST_TEXT = 500;
// What GA4 and its users write where there is nothing to say.
const PLACEHOLDERS = new Set(['(direct)', '(none)', '(not set)']);
const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A source before the channel is told: what it is called, and what the channel rules look at. */
interface Found {
  readonly name: string;
  readonly text: string;
  readonly isHost: boolean;
  readonly category: Category | null;
  readonly paid: boolean;
}

/**
 * Source and channel of a visit, by `utm_source`, else `source`, else `ref`, else the referrer, else the click id.
 * Pure and total: any strings, never an error. Part of version 1 of the rules.
 *
 *     interpretSource({ hostname: 'example.com', referrerHost: 'l.facebook.com', query: null, clickId: 'fbclid' })
 *     // { source: 'Facebook', channel: 'Organic Social', utmSource: null, … }
 */
export function interpretSource(raw: RawSource): Source {
  const query = readQuery(raw.query);
  const tag = [query('utm_source'), query('source'), query('ref')].find(saysSomething);
  const network = networkOf(raw.clickId);
  const found =
    (tag === undefined ? fromReferrer(raw) : fromTag(tag)) ?? (network === null ? null : fromName(network.source));

  const utmMedium = query('utm_medium');
  const utmCampaign = query('utm_campaign');
  const medium = saysSomething(utmMedium) ? utmMedium.toLowerCase() : (network?.medium ?? '');
  return {
    source: found?.name ?? null,
    channel: channelOf({
      source: found?.text ?? '',
      sourceIsHost: found?.isHost ?? false,
      category: found?.category ?? null,
      paidSource: found?.paid ?? false,
      paidSearchClick: found !== null && network !== null && isSearchOf(found, network.source),
      medium,
      campaign: utmCampaign?.toLowerCase() ?? '',
    }),
    utmSource: query('utm_source'),
    utmMedium,
    utmCampaign,
    utmTerm: query('utm_term'),
    utmContent: query('utm_content'),
  };
}

/** Keys in any case, the first that has a value; values cleaned. */
function readQuery(query: string | null): (key: string) => string | null {
  const values = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(query ?? '')) {
    const name = key.toLowerCase();
    const text = clean(value);
    if (text !== null && !values.has(name)) values.set(name, text);
  }
  return (key) => values.get(key) ?? null;
}

/** Control characters are spaces (a NUL would not even go into the database); never half a surrogate pair. */
function clean(value: string): string | null {
  const text = value
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, LONGEST_TEXT)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()
    .toWellFormed();
  return text === '' ? null : text;
}

function saysSomething(value: string | null): value is string {
  return value !== null && !PLACEHOLDERS.has(value.toLowerCase());
}

function fromTag(tag: string): Found {
  const known = sourceOfTag(tag);
  const text = tag.toLowerCase();
  if (known !== null) {
    const { name, category } = known.source;
    return { name, category, text, isHost: false, paid: known.paid };
  }
  const host = asHost(tag);
  if (host === null) return { name: tag, category: null, text, isHost: false, paid: false };
  return { ...fromHost(host), text, isHost: false };
}

function fromReferrer({ hostname, referrerHost }: RawSource): Found | null {
  const host = referrerHost === null ? null : clean(plainHost(referrerHost));
  if (host === null || LOCAL_HOSTS.has(host) || host === plainHost(hostname)) return null;
  return fromHost(host);
}

function fromHost(host: string): Found {
  const known = sourceOfHost(host);
  const category = known?.category ?? null;
  return { name: known?.name ?? host, category, text: host, isHost: true, paid: false };
}

function fromName(name: string): Found {
  return { name, category: named(name).category, text: name.toLowerCase(), isHost: false, paid: false };
}

/** "Google" stands for its images, news and maps as well, not for its mail or its assistant. */
function isSearchOf({ name, category }: Found, engine: string): boolean {
  return category === 'search' && (name === engine || name.startsWith(`${engine} `));
}

/** A host in the form of the tables: small letters; no port, trailing dot, leading `www.`. */
function plainHost(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '').replace(/^www\./, '');
}

/** The host of a tag that is a URL or a host name (`https://News.example.com/x`, `www.example.com`), else null. */
function asHost(tag: string): string | null {
  const match = /^(?:https?:\/\/|android-app:\/\/)?([\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+\.?)(?::\d+)?(?:[/?#].*)?$/iu;
  const host = match.exec(tag)?.[1];
  return host === undefined || !/\p{L}/u.test(host) ? null : plainHost(host);
}
