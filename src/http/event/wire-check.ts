import { isUtf8 } from 'node:buffer';
import type { EventBody } from '../../commands/record-hits/accept-hit.command.ts';
import { cleanProps } from '../../domain/props.ts';
import { cleanText } from '../../domain/text.ts';
import { isDeep, MAX_DEPTH } from '../problem/json-depth.ts';

export const MAX_NAME_CHARACTERS = 120;

const MAX_WIDTH = 100_000;
const MAX_SECONDS = 86_400;
/** Vitals beyond an hour, or a shift beyond anything on a screen, are a broken clock's. */
const VITALS = [
  { key: 'lcp', max: 3_600_000, precision: 1 },
  { key: 'inp', max: 3_600_000, precision: 1 },
  { key: 'cls', max: 1_000, precision: 10_000 },
] as const;

/** One fault, the first that was found. `pointer` is a JSON pointer into the body; empty: the body as a whole. */
export interface WireFault {
  readonly ok: false;
  readonly status: 400;
  readonly pointer: string;
  readonly detail: string;
}
export type WireResult = { readonly ok: true; readonly body: EventBody } | WireFault;

/**
 * Checks the body of `POST /api/event` by hand, as class-validator costs more than all the rest of a request. It holds
 * to `EventDto`: a property test compares the two.
 *
 * The order is the documentation's: n, u, r, p. Texts come out clean (no NUL, no lone surrogate) except for the URLs,
 * which their parsers clean. What is out of range in w, t, s or v is null: a browser's oddity must not cost the hit.
 * Never throws.
 */
export function checkEvent(bytes: Uint8Array): WireResult {
  if (!isUtf8(bytes)) return fault('', 'must be UTF-8');
  if (isDeep(bytes)) return fault('', `must not be nested deeper than ${MAX_DEPTH} levels`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    return fault('', 'must be JSON'); // V8's message quotes the body
  }
  return checkEventValue(value);
}

/** The same for a body that is parsed already. */
export function checkEventValue(value: unknown): WireResult {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fault('', 'must be a JSON object');
  const event = value as Readonly<Record<string, unknown>>;

  const name = eventName(event['n']);
  if (name === undefined) return fault('/n', NAME_RULE);
  const { u: url, r: referrer } = event;
  if (typeof url !== 'string') return fault('/u', URL_RULE);
  if (typeof referrer !== 'string' && referrer !== null && referrer !== undefined) return fault('/r', REFERRER_RULE);
  const props = cleanProps(event['p']);
  if (!props.ok) return fault(props.key === undefined ? '/p' : `/p/${escapePointer(props.key)}`, props.reason);

  const seconds = numberWithin(event['t'], 0, MAX_SECONDS);
  return {
    ok: true,
    body: {
      name,
      url,
      referrer: referrer ?? null,
      width: rounded(numberWithin(event['w'], 1, MAX_WIDTH), 1),
      durationMs: seconds === null ? null : Math.round(seconds * 1000),
      scroll: rounded(numberWithin(event['s'], 0, 100), 1),
      props: props.props === null ? null : JSON.stringify(props.props),
      vitals: vitalsOf(event['v']),
      interactive: true,
      revenue: null,
      hashRouting: false,
      sites: null,
    },
  };
}

export const NAME_RULE = `must be text of at most ${MAX_NAME_CHARACTERS} characters, an integer, or null`;
export const URL_RULE = 'must be the URL of a page';
export const REFERRER_RULE = 'must be text or null';

/** The name to store, null for a page view; undefined for what is no name. */
function eventName(n: unknown): string | null | undefined {
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

function vitalsOf(v: unknown): string | null {
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

/** RFC 6901. */
function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function fault(pointer: string, detail: string): WireFault {
  return { ok: false, status: 400, pointer, detail };
}
