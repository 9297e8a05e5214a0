import pg from 'pg';

const DATE = 1082;
const DATE_ARRAY = 1182;

/**
 * How PostgreSQL's types arrive in JavaScript, per pool rather than in pg's global registry:
 * - `date` → `'YYYY-MM-DD'`, as sent. pg would make a `Date` of it in the *process's* time zone, a day off for some.
 * - `timestamptz` → `Date`; `jsonb` → parsed; `boolean`, `int2`, `int4`, `float8` → as one expects.
 * - `int8` and `numeric` → `string`, as pg's default has it: positions and sums may pass 2^53. Table types say
 *   `string`, and a read casts (`::int`, `::float8`) where it knows the value to be small.
 */
export const rowTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary') {
      if (oid === DATE) return (text: string) => text;
      if (oid === DATE_ARRAY) return dateArray;
    }
    return pg.types.getTypeParser(oid, format);
  },
} as pg.CustomTypesConfig;

/** `{2026-11-23,NULL}`: a date holds no comma, quote or brace, so that there is nothing to unescape. */
function dateArray(text: string): (string | null)[] {
  const inner = text.slice(1, -1);
  return inner === '' ? [] : inner.split(',').map((entry) => (entry === 'NULL' ? null : entry));
}
