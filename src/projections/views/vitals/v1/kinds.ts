/** Metrics as `vital_delta` numbers them, with what turns a kept number into what is told: `cls` is kept in 10,000ths. */
export const VITALS = {
  lcp: { id: 1, unit: 1 },
  inp: { id: 2, unit: 1 },
  cls: { id: 3, unit: 10_000 },
} as const;

export type Vital = keyof typeof VITALS;
export const VITAL_NAMES = Object.keys(VITALS) as Vital[];

/**
 * What a row counts, by the number that is added to the metric's in its column `vital`:
 * - `page`: views of a page by value;
 * - `site`: views of all pages by value. Its `path` is 0;
 * - `views`: all views of a page with that metric. Its `value` is 0.
 *
 * The latter two could be added up from the first, of which a busy site has a row for each value of each page. To list
 * the pages with most views, or to tell of all pages together, must not mean to read them.
 */
export const KINDS = { page: 0, site: 10, views: 20 } as const;

/** A page with more views than this is found by an index of its own in the roll-ups. */
export const FEW_VIEWS = 32;

export type Kind = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as Kind[];

/** The number in the column `vital`. */
export const vitalOf = (kind: Kind, vital: Vital): number => KINDS[kind] + VITALS[vital].id;

/** Every number that stands there. */
export const VITAL_NUMBERS = KIND_NAMES.flatMap((kind) => VITAL_NAMES.map((vital) => vitalOf(kind, vital)));

/** What a number in the column `vital` says: for those who show rows. */
export function whatOf(number: number | string): { kind: Kind | undefined; vital: string } {
  const digits = String(number).padStart(2, '0');
  const kind = KIND_NAMES.find((name) => KINDS[name] === Number(digits.slice(0, -1)) * 10);
  const vital = VITAL_NAMES.find((name) => VITALS[name].id === Number(digits.slice(-1)));
  return { kind, vital: vital ?? String(number) };
}
