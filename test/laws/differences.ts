/** Told at most, so that a broken law stays readable. */
const MOST = 12;

/**
 * Where two values differ, as lines that say the place: `pathname[0].visits: 3 expected, 2 found`. Numbers are equal
 * within a billionth of their size, as means are divided in other orders elsewhere; a key that is `undefined` is none.
 */
export function differences(place: string, expected: unknown, found: unknown): string[] {
  if (Object.is(expected, found)) return [];
  if (typeof expected === 'number' && typeof found === 'number') {
    return near(expected, found) ? [] : [told(place, expected, found)];
  }
  if (Array.isArray(expected) && Array.isArray(found)) {
    const length = Math.max(expected.length, found.length);
    return range(length).flatMap((i) => differences(`${place}[${i}]`, expected[i] as unknown, found[i] as unknown));
  }
  if (isPlain(expected) && isPlain(found)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
    return keys.flatMap((key) => differences(`${place}.${key}`, expected[key], found[key]));
  }
  return [told(place, expected, found)];
}

/** Throws an error that lists them, where there are differences. */
export function expectNone(what: string, all: readonly string[]): void {
  if (all.length === 0) return;
  const more = all.length > MOST ? `\n  … and ${all.length - MOST} more` : '';
  throw new Error(`${what}:\n  ${all.slice(0, MOST).join('\n  ')}${more}`);
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

const told = (place: string, expected: unknown, found: unknown): string =>
  `${place}: ${shown(expected)} expected, ${shown(found)} found`;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
