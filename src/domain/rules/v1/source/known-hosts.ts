import { AI } from './hosts/ai.ts';
import { ANDROID_APPS } from './hosts/android-apps.ts';
import { EMAIL } from './hosts/email.ts';
import { NAMES, PAID_TAGS, PLAIN_WORDS } from './hosts/names.ts';
import { OTHER } from './hosts/other.ts';
import { SEARCH } from './hosts/search.ts';
import { SHOPPING } from './hosts/shopping.ts';
import { SOCIAL } from './hosts/social.ts';
import { VIDEO } from './hosts/video.ts';
import type { Category, HostTable } from './host-table.ts';

export interface KnownSource {
  /** As shown. */
  readonly name: string;
  readonly category: Category | null;
}

/** The tables in the order in which a name that stands in two of them gets its category. */
export const TABLES: readonly (readonly [Category | null, HostTable])[] = [
  ['ai', AI],
  ['search', SEARCH],
  ['social', SOCIAL],
  ['video', VIDEO],
  ['shopping', SHOPPING],
  ['email', EMAIL],
  [null, OTHER],
];

const byName = new Map<string, KnownSource>();
/** Patterns `example.com` and `example.{}`; those with `=` stand in `byWholeHost`. */
const bySuffix = new Map<string, KnownSource>();
const byWholeHost = new Map<string, KnownSource>();
const byPackage = new Map<string, KnownSource>();
const byTag = new Map<string, KnownSource>();
const byPaidTag = new Map<string, KnownSource>();

for (const [category, table] of TABLES) {
  for (const [name, hosts] of Object.entries(table)) {
    const source = { name, category };
    if (!byName.has(name)) byName.set(name, source);
    for (const pattern of words(hosts)) {
      const whole = pattern.startsWith('=');
      const host = whole ? pattern.slice(1) : pattern;
      const named = name === '' ? { name: host, category } : source;
      (whole ? byWholeHost : bySuffix).set(host, named);
    }
    const tag = squash(name);
    const goesByName = category !== 'search' && category !== null && !PLAIN_WORDS.has(tag);
    if (tag !== '' && goesByName && !byTag.has(tag)) byTag.set(tag, source);
  }
}
for (const [name, packages] of Object.entries(ANDROID_APPS)) {
  for (const id of words(packages)) byPackage.set(id, named(name));
}
for (const [name, tags] of Object.entries(NAMES)) {
  for (const tag of [squash(name), ...words(tags)]) byTag.set(tag, named(name));
}
for (const [name, tags] of Object.entries(PAID_TAGS)) {
  for (const tag of words(tags)) byPaidTag.set(tag, named(name));
}

/** The source of that name; throws on a name that no table has, so that a typing error in the data stops the start. */
export function named(name: string): KnownSource {
  const source = byName.get(name);
  if (source === undefined) throw new Error(`no known source is called "${name}"`);
  return source;
}

/**
 * The source that owns a host or an Android package (small letters, no port, `www.` cut), or null. Whole labels
 * only; the longest pattern wins, and at the same length the one for this host alone.
 */
export function sourceOfHost(host: string): KnownSource | null {
  if (host.length > 253) return null; // no DNS name is longer
  const stemEnd = endOfStem(host);
  const find = (patterns: ReadonlyMap<string, KnownSource>, start: number): KnownSource | undefined =>
    patterns.get(host.slice(start)) ?? (stemEnd > start ? patterns.get(`${host.slice(start, stemEnd)}.{}`) : undefined);
  const mobile = /^(?:m|mobile|amp)\./.exec(host)?.[0].length ?? 0;
  for (let start = 0; start !== -1; start = nextLabel(host, start)) {
    const whole = start === 0 || start === mobile ? find(byWholeHost, start) : undefined;
    const source = whole ?? find(bySuffix, start);
    if (source !== undefined) return source;
  }
  return byPackage.get(host) ?? null;
}

/** The source that campaigns mean by a tag such as `fb`, `Hacker-News`, `yt-ads`, and whether the tag says "paid". */
export function sourceOfTag(tag: string): { source: KnownSource; paid: boolean } | null {
  const key = squash(tag);
  const paid = byPaidTag.get(key);
  if (paid !== undefined) return { source: paid, paid: true };
  const source = byTag.get(key);
  if (source !== undefined) return { source, paid: false };
  const advertiser = /^(.+?)ads?$/.exec(key)?.[1];
  const advertised = advertiser === undefined ? undefined : byTag.get(advertiser);
  return advertised === undefined ? null : { source: advertised, paid: true };
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

/** Letters and figures of any script, small: "Yahoo!" and "yahoo", "hacker_news" and "Hacker News" are one. */
function squash(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}+]/gu, '');
}

/** Where the public suffix (with its dot) begins, of the suffixes that `{}` stands for; -1 for any other. */
function endOfStem(host: string): number {
  return host.search(/(?:\.(?:co|com|net|org|ne|or))?\.[a-z]{2}$|\.com$/);
}

function nextLabel(host: string, start: number): number {
  const dot = host.indexOf('.', start);
  return dot === -1 ? -1 : dot + 1;
}
