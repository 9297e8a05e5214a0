import { validatePathPattern } from './exclusion.ts';
import { parseCidr } from './ip.ts';
import { CLICK_IDS } from './page-url.ts';

/** The lists among a site's settings. */
export type SiteListName = 'excluded_ips' | 'excluded_paths' | 'query_keys' | 'aliases';

/** What is wrong: with the entry of that index, or (null) with the list as a whole. */
export interface ListFault {
  readonly index: number | null;
  readonly reason: string;
}

export interface CheckedList {
  /** Each entry in its canonical spelling, once, in the order given. */
  readonly entries: readonly string[];
  readonly faults: readonly ListFault[];
}

type Entry = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

interface ListRule {
  /** Entries: every hit is held against all of them. */
  readonly most: number;
  readonly check: (text: string) => Entry;
}

const MAX_QUERY_KEY = 100;
const MAX_ALIAS = 100;
/** Of entries. A list that is wrong throughout is told by its beginning. */
const MAX_FAULTS = 100;

const RULES: Readonly<Record<SiteListName, ListRule>> = {
  excluded_ips: { most: 1_000, check: checkAddress },
  excluded_paths: { most: 500, check: checkPath },
  query_keys: { most: 50, check: checkQueryKey },
  aliases: { most: 20, check: checkAlias },
};

/** Checks a list of a site's settings, entry by entry. What is no text is a fault, too. */
export function checkSiteList(name: SiteListName, list: readonly unknown[]): CheckedList {
  const { most, check } = RULES[name];
  if (list.length > most) {
    return { entries: [], faults: [{ index: null, reason: `must have at most ${most} entries` }] };
  }
  const entries = new Set<string>();
  const faults: ListFault[] = [];
  for (const [index, value] of list.entries()) {
    const entry: Entry = typeof value === 'string' ? check(value) : { ok: false, reason: 'must be text' };
    if (entry.ok) entries.add(entry.text);
    else if (faults.length < MAX_FAULTS) faults.push({ index, reason: entry.reason });
  }
  return { entries: [...entries], faults };
}

function checkAddress(text: string): Entry {
  const cidr = parseCidr(text.trim());
  if (cidr === null) return { ok: false, reason: 'must be an IP address or a CIDR range such as 192.0.2.0/24' };
  return { ok: true, text: cidr.text };
}

function checkPath(text: string): Entry {
  const result = validatePathPattern(text);
  return result.ok ? { ok: true, text: result.pattern } : result;
}

/**
 * A bare name: who writes `q=shoes` or `?q` means something else than it would do. Any other character may be in the
 * name of a parameter, such as `filter[colour]`.
 */
function checkQueryKey(text: string): Entry {
  const key = text.trim();
  if (!/^[^\s&=#?+%\p{Cc}\p{Cs}]+$/u.test(key)) {
    return { ok: false, reason: 'must be the bare name of a query parameter, such as q' };
  }
  if ([...key].length > MAX_QUERY_KEY) return { ok: false, reason: `must be at most ${MAX_QUERY_KEY} characters` };
  if ((CLICK_IDS as readonly string[]).includes(key)) {
    return { ok: false, reason: 'must be no click id: its value, which tells a person apart, is never kept' };
  }
  return { ok: true, text: key };
}

/** A name by which clients call a site, in the spelling in which names are compared. */
export function canonicalAlias(text: string): string {
  return text.trim().toLowerCase();
}

function checkAlias(text: string): Entry {
  const alias = canonicalAlias(text);
  const length = [...alias].length;
  if (length < 1 || length > MAX_ALIAS || !/^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(alias)) {
    return { ok: false, reason: `must be 1 to ${MAX_ALIAS} printable characters` };
  }
  // A hit that names several sites has commas between them.
  if (alias.includes(',')) return { ok: false, reason: 'must hold no comma' };
  return { ok: true, text: alias };
}
