import { cleanText } from '../../domain/text.ts';

/** What the fields of a hit mean, whatever a wire format calls them. */

export const MAX_NAME_CHARACTERS = 120;
export const MAX_SITES = 10;

const MAX_WIDTH = 100_000;
const MAX_SECONDS = 86_400;
/** Vitals beyond an hour, or a shift beyond anything on a screen, are a broken clock's. */
const VITALS = [
  { key: 'lcp', max: 3_600_000, precision: 1 },
  { key: 'inp', max: 3_600_000, precision: 1 },
  { key: 'cls', max: 1_000, precision: 10_000 },
] as const;
/** Written out, as people write money: an exponent in it would be stored with all its digits. */
const AMOUNT = /^-?\d{1,15}(?:\.\d{1,17})?$/;
const CURRENCY = /^[A-Za-z]{3}$/;

/** The name to store, null for a page view; undefined for what is no name. */
export function eventName(n: unknown): string | null | undefined {
  if (n === null || n === undefined) return null;
  if (typeof n === 'number') return Number.isSafeInteger(n) ? String(n) : undefined;
  if (typeof n !== 'string') return undefined;
  const name = cleanText(n);
  if (name === '' || name === 'pageview') return null;
  return isLonger(name, MAX_NAME_CHARACTERS) ? undefined : name;
}

/** Counts characters, of which one beyond the basic plane is two units. */
function isLonger(text: string, characters: number): boolean {
  if (text.length <= characters) return false;
  return text.length > characters * 2 || [...text].length > characters;
}

function numberWithin(value: unknown, min: number, max: number): number | null {
  return typeof value === 'number' && value >= min && value <= max ? value : null;
}

/** Also keeps `1e-300` out, which the database would store with three hundred digits. */
function rounded(value: number | null, precision: number): number | null {
  return value === null ? null : Math.round(value * precision) / precision;
}

export function widthOf(value: unknown): number | null {
  return rounded(numberWithin(value, 1, MAX_WIDTH), 1);
}

/** Milliseconds of a number of seconds. */
export function secondsOf(value: unknown): number | null {
  const seconds = numberWithin(value, 0, MAX_SECONDS);
  return seconds === null ? null : Math.round(seconds * 1000);
}

/** Milliseconds, sent as such. */
export function millisecondsOf(value: unknown): number | null {
  return rounded(numberWithin(value, 0, MAX_SECONDS * 1000), 1);
}

export function scrollOf(value: unknown): number | null {
  return rounded(numberWithin(value, 0, 100), 1);
}

/** JSON text of the vitals that are within reason; null: none is. */
export function vitalsOf(v: unknown): string | null {
  if (typeof v !== 'object' || v === null) return null;
  const kept: Record<string, number> = {};
  let any = false;
  for (const { key, max, precision } of VITALS) {
    const value = rounded(numberWithin((v as Readonly<Record<string, unknown>>)[key], 0, max), precision);
    if (value === null) continue;
    kept[key] = value;
    any = true;
  }
  return any ? JSON.stringify(kept) : null;
}

/** JSON text of `{amount, currency}`, the amount as sent; null for anything that is no sum of money. */
export function revenueOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const { amount, currency } = value as Readonly<Record<string, unknown>>;
  if (typeof currency !== 'string' || !CURRENCY.test(currency)) return null;
  if (typeof amount !== 'string' && typeof amount !== 'number') return null;
  const text = String(amount);
  if (!AMOUNT.test(text)) return null;
  return `{"amount":${typeof amount === 'number' ? text : `"${text}"`},"currency":"${currency.toUpperCase()}"}`;
}

/** The sites that a hit names, null for none; undefined for what is no list of them. */
export function sitesOf(d: unknown): readonly string[] | null | undefined {
  if (d === null || d === undefined) return null;
  if (typeof d !== 'string') return undefined;
  if (!d.includes(',')) {
    const name = d.trim();
    return name === '' ? null : [name];
  }
  const names = d.split(',').flatMap((part) => part.trim() || []);
  if (names.length > MAX_SITES) return undefined;
  return names.length === 0 ? null : names;
}
