import { cleanText, utf8Length } from './text.ts';

const MAX_PROPS = 30;
const MAX_KEY_BYTES = 300;
const MAX_VALUE_BYTES = 2000;

export type PropsResult =
  /** Null: there are none. The object has no prototype, so that a property `__proto__` is but a property. */
  | { readonly ok: true; readonly props: Record<string, string> | null }
  /** `key`: the property at fault, where one is and its name is not itself what is wrong. */
  | { readonly ok: false; readonly reason: string; readonly key?: string };

/**
 * The custom properties of an event, as the client sent them, in the form in which they are stored.
 *
 * An object, or a JSON string of one (some trackers send that), or nothing. Strings, finite numbers and booleans
 * become text; null, empty and nested values, empty keys and numbers beyond a double (`1e400`) are left out and do not
 * count. Kept are at most 30 properties with keys of at most 300 and values of at most 2,000 bytes: more is an error,
 * never cut. Keys that become equal once cleaned (see `cleanText`): the last wins. Never throws for any JSON value.
 */
export function cleanProps(p: unknown): PropsResult {
  const value = typeof p === 'string' ? parsed(p) : p;
  if (value === null || value === undefined) return { ok: true, props: null };
  if (typeof value !== 'object' || Array.isArray(value)) {
    return { ok: false, reason: 'must be an object, a JSON string of an object, or null' };
  }
  return cleanEntries(value as Readonly<Record<string, unknown>>);
}

function cleanEntries(source: Readonly<Record<string, unknown>>): PropsResult {
  const props = Object.create(null) as Record<string, string>;
  let count = 0;
  // Key by key: a copy by spread or assign would run the setter of __proto__.
  for (const rawKey of Object.keys(source)) {
    const key = cleanText(rawKey);
    const text = textOf(source[rawKey]);
    if (key === '' || text === '') continue;
    if (utf8Length(key) > MAX_KEY_BYTES) return { ok: false, reason: `keys must be at most ${MAX_KEY_BYTES} bytes` };
    if (utf8Length(text) > MAX_VALUE_BYTES) {
      return { ok: false, reason: `must be at most ${MAX_VALUE_BYTES} bytes`, key };
    }
    if (!(key in props)) count += 1;
    if (count > MAX_PROPS) return { ok: false, reason: `must have at most ${MAX_PROPS} properties` };
    props[key] = text;
  }
  return { ok: true, props: count === 0 ? null : props };
}

/** Empty for what is left out. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return '';
}

/** Text that is no JSON is answered as it is: a string is no object either. So is a string inside the string. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
