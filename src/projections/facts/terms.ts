import { sql, type RawBuilder, type Sql } from 'kysely';

type Fragment = RawBuilder<unknown> | ReturnType<Sql>;

/**
 * The key of a text: the first 8 bytes of its SHA-256. No look-up, the same in every rebuild and on every server, and
 * never too long for an index, which a raw path can be.
 */
export function termId(text: Fragment): RawBuilder<string> {
  return sql<string>`('x' || encode(substr(sha256(convert_to(${text}, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint`;
}

/** Two letters as a small number, A = 0: `DE` is 3 * 26 + 4. */
export function countryCode(country: Fragment): RawBuilder<number> {
  return sql<number>`((ascii(${country}) - 65) * 26 + ascii(substr(${country}, 2)) - 65)::smallint`;
}

export function countryOfCode(code: Fragment): RawBuilder<string> {
  return sql<string>`chr((${code} / 26 + 65)::int) || chr((${code} % 26 + 65)::int)`;
}

/** Terms that belong to no site (names of browsers and systems) are kept under this one. */
export const SHARED_TERMS = 0;

/** What `hit.device` and `visit.device` hold. Append only. */
export const DEVICES = ['mobile', 'tablet', 'desktop', 'tv'] as const;
