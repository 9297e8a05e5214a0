import { isIPv4, isIPv6 } from 'node:net';

/** An address as 32-bit words, one for IPv4, four for IPv6. IPv4-mapped IPv6 (`::ffff:192.0.2.1`) is its IPv4. */
interface Address {
  readonly family: 4 | 6;
  readonly words: readonly number[];
}

/** A range of addresses; a single address is a range of one. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly words: readonly number[];
  readonly masks: readonly number[];
  /** Canonical text: `10.0.0.0/8`, `2001:db8::/32`; a single address without a length. */
  readonly text: string;
}

export type CidrListResult =
  | { readonly ok: true; readonly list: Cidr[] }
  | { readonly ok: false; readonly errors: string[] };

/**
 * One text per address, however it is written: IPv6 compressed and lower-case (RFC 5952), IPv4-mapped IPv6 as IPv4,
 * no zone id. Null: no address.
 */
export function canonicalIp(text: string): string | null {
  if (isIPv4(text)) return text;
  const address = parseAddress(text);
  return address === null ? null : formatAddress(address);
}

/** `192.0.2.1`, `10.0.0.0/8`, `2001:db8::/32`. Bits beyond the length are ignored: `10.1.2.3/8` is `10.0.0.0/8`. */
export function parseCidr(text: string): Cidr | null {
  const [addressText = '', lengthText, ...rest] = text.split('/');
  const address = parseAddress(addressText);
  if (address === null || rest.length > 0) return null;
  if (lengthText === undefined) return makeCidr(address, address.words.length * 32);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(lengthText)) return null;
  // The length of a mapped range counts from the start of the IPv6 address; one that is wider than "all IPv4" is none.
  const length = Number(lengthText) - (address.family === 4 && addressText.includes(':') ? 96 : 0);
  return length < 0 || length > address.words.length * 32 ? null : makeCidr(address, length);
}

/** A list of addresses and ranges, separated by commas or white space; empty text is an empty list. */
export function parseCidrList(text: string): CidrListResult {
  const list: Cidr[] = [];
  const errors: string[] = [];
  for (const entry of text.split(/[\s,]+/)) {
    if (entry === '') continue;
    const cidr = parseCidr(entry);
    if (cidr === null) errors.push(`"${entry.slice(0, 50)}" is not an IP address or CIDR range`);
    else list.push(cidr);
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, list };
}

/** Whether the address lies in one of the ranges. Text that is no address lies in none; `::/0` holds no IPv4. */
export function inCidrs(ip: string, list: readonly Cidr[]): boolean {
  if (list.length === 0) return false;
  const address = parseAddress(ip);
  return address !== null && list.some((cidr) => contains(cidr, address));
}

const PRIVATE = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::/128',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
].map((text) => parseCidr(text) as Cidr);

/**
 * Whether an address says nothing of where it is: private, loopback, link-local, carrier-grade NAT. Text that is no
 * address (the peer of a unix socket) says nothing either: true.
 */
export function isPrivate(ip: string): boolean {
  const address = parseAddress(ip);
  return address === null || PRIVATE.some((cidr) => contains(cidr, address));
}

/**
 * The visitor's address, in canonical text. From the socket's peer the walk goes through X-Forwarded-For from the
 * right, as long as the hop that vouches for the next entry is trusted; everything further left is hearsay. An entry
 * that is no address ends the walk: the last good hop is the answer. A port behind an entry is ignored.
 *
 * @param peer address of the socket's peer; answered as it is where it is no address
 * @param forwardedFor the header, repeated ones joined by commas
 */
export function clientIp(peer: string, forwardedFor: string | undefined, trusted: readonly Cidr[]): string {
  let current = canonicalIp(peer);
  if (current === null) return peer;
  let end = forwardedFor?.length ?? 0;
  while (forwardedFor !== undefined && end > 0 && inCidrs(current, trusted)) {
    const comma = forwardedFor.lastIndexOf(',', end - 1);
    const next = canonicalIp(withoutPort(forwardedFor.slice(comma + 1, end).trim()));
    if (next === null) break;
    current = next;
    end = comma;
  }
  return current;
}

/** `192.0.2.1:4711`, `[2001:db8::1]:4711`, `[2001:db8::1]` → the address. */
function withoutPort(entry: string): string {
  if (entry.length > 100) return '';
  return /^\[([^\]]*)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
}

function contains(cidr: Cidr, address: Address): boolean {
  if (cidr.family !== address.family) return false;
  return cidr.words.every((word, i) => (((address.words[i] ?? 0) ^ word) & (cidr.masks[i] ?? 0)) === 0);
}

function makeCidr(address: Address, length: number): Cidr {
  const masks = address.words.map((_, i) => maskOf(Math.min(32, Math.max(0, length - 32 * i))));
  const words = address.words.map((word, i) => (word & (masks[i] ?? 0)) >>> 0);
  const network = formatAddress({ family: address.family, words });
  const text = length === address.words.length * 32 ? network : `${network}/${length}`;
  return { family: address.family, words, masks, text };
}

/** A word with the given number of leading ones. JavaScript shifts by 32 as by 0, hence the case of its own. */
function maskOf(bits: number): number {
  return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
}

function parseAddress(text: string): Address | null {
  if (isIPv4(text)) return { family: 4, words: [ipv4Word(text)] };
  const zone = text.indexOf('%');
  const bare = zone < 0 ? text : text.slice(0, zone);
  if (!isIPv6(bare)) return null;
  const words = ipv6Words(bare);
  const mapped = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  return mapped ? { family: 4, words: words.slice(3) } : { family: 6, words };
}

function ipv4Word(text: string): number {
  return text.split('.').reduce((word, octet) => word * 256 + Number(octet), 0);
}

/** Of valid IPv6 text; an IPv4 tail (`::ffff:192.0.2.1`) counts as two groups. */
function ipv6Words(text: string): number[] {
  const [head = '', tail] = text.split('::');
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const all = [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
  return [0, 2, 4, 6].map((i) => (all[i] ?? 0) * 65536 + (all[i + 1] ?? 0));
}

function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const word = ipv4Word(group);
    return [word >>> 16, word & 0xffff];
  });
}

function formatAddress(address: Address): string {
  if (address.family === 4) return [24, 16, 8, 0].map((shift) => ((address.words[0] ?? 0) >>> shift) & 255).join('.');
  const all = address.words.flatMap((word) => [word >>> 16, word & 0xffff]);
  const [start, length] = longestZeros(all);
  const hex = all.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** The first longest run of zero groups, which RFC 5952 writes as `::`. */
function longestZeros(all: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  let start = 0;
  for (let i = 0; i <= all.length; i += 1) {
    if (all[i] === 0) continue;
    if (i - start > best[1]) best = [start, i - start];
    start = i + 1;
  }
  return best;
}
