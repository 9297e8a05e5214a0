/**
 * One percent-encoded character of well-formed UTF-8 (Unicode, table 3-7). Only such sequences are decoded, so that
 * `decodeURIComponent` can never throw and broken bytes (`%ff`, `%C3%41`, encoded surrogates) stay as they are.
 */
const ENCODED_CHARACTER = new RegExp(
  [
    '%[0-7][0-9A-F]',
    '%(?:C[2-9A-F]|D[0-9A-F])T',
    '%E0%[AB][0-9A-F]T',
    '%E[1-9A-CEF]TT',
    '%ED%[89][0-9A-F]T',
    '%F0%[9AB][0-9A-F]TT',
    '%F[1-3]TTT',
    '%F4%8[0-9A-F]TT',
  ]
    .join('|')
    .replaceAll('T', '%[89AB][0-9A-F]'),
  'gi',
);

/** Would change what the URL means, or hide or reorder what a reader sees: separators, controls, bidi marks, BOM. */
const STAYS_ENCODED =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f%/\\?#\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const SEPARATES_PARAMETERS = /[&=+]/;
const HEX_DIGIT = /[0-9a-f]/i;
const STRAY_PERCENT = /%(?![0-9a-f]{2})/i;

/**
 * A path as people read it: percent-decoded where the bytes are valid UTF-8, kept as it is elsewhere.
 *
 * The result still means the same URL. Encoded `/ \ ? # %`, control characters (NUL among them), line separators and
 * bidi marks are never decoded: `/a%2Fb` is one segment, `/a%3Fb` has no query, `/%2541` must not become `/%41`.
 * A space at the end stays `%20`, as nobody would see it. Beside a stray percent sign (`/100%%34%31`) hex digits stay
 * encoded too, as they could complete an escape that nobody wrote. Idempotent.
 */
export function displayPath(encoded: string): string {
  return decode(encoded, false).replace(/(?<! ) +$/, (spaces) => '%20'.repeat(spaces.length));
}

/** {@link displayPath} for `key=value&key=value`: `& = +` stay encoded as well. */
export function displayQuery(encoded: string): string {
  return decode(encoded, true);
}

function decode(encoded: string, query: boolean): string {
  if (!encoded.includes('%')) return encoded;
  const stray = STRAY_PERCENT.test(encoded);
  return encoded.replace(ENCODED_CHARACTER, (escape) => {
    const character = decodeURIComponent(escape);
    const keep =
      STAYS_ENCODED.test(character) ||
      (query && SEPARATES_PARAMETERS.test(character)) ||
      (stray && HEX_DIGIT.test(character));
    return keep ? escape : character;
  });
}
