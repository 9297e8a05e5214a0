import { domainToUnicode } from 'node:url';
import { REFERRER_SPAM } from './referrer-spam.ts';

const HOST = /^[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+$/u;
const LONGEST_HOST = 253;

/** The list that ships; an operator's own replaces it. */
export const defaultSpamHosts: readonly string[] = REFERRER_SPAM.trim().split(/\s+/);

/**
 * Reads an operator's list: a host a line; blank lines and what follows a `#` do not count. Small letters, `www.` cut.
 * Lines that are no host are left out: half a list is better than none.
 */
export function parseSpamHosts(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/#.*/, '').replace(/^\uFEFF/, '').trim().toLowerCase());
  return lines.map((line) => line.replace(/^www\./, '').replace(/\.$/, '')).filter((line) => HOST.test(line));
}

/**
 * A test whether a host is one of `hosts` or below one, by whole labels (`x.spam.ru`, never `notspam.ru`). Punycode and
 * unicode are the same on both sides.
 */
export function spamMatcher(hosts: Iterable<string>): (host: string) => boolean {
  const known = new Set<string>();
  for (const host of hosts) known.add(comparable(host));
  known.delete('');
  return (host) => {
    const text = comparable(host);
    for (let start = 0; start !== -1; start = nextLabel(text, start)) {
      if (known.has(text.slice(start))) return true;
    }
    return false;
  };
}

function comparable(host: string): string {
  if (host.length > LONGEST_HOST) return '';
  const text = host.toLowerCase().replace(/\.$/, '');
  return text.includes('xn--') ? domainToUnicode(text) || text : text;
}

function nextLabel(host: string, start: number): number {
  const dot = host.indexOf('.', start);
  return dot === -1 ? -1 : dot + 1;
}
