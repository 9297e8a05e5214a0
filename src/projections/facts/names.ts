import { sql, type RawBuilder } from 'kysely';

/**
 * The one place where names of projection tables come from: `names('visit')` is `projection_3.visit` for generation 3.
 * A rebuild is another generation beside this one, so that no fold and no read may spell a table out.
 */
export type Names = (table: string) => RawBuilder<unknown>;

export function schemaOf(generation: number): string {
  return `projection_${generation}`;
}

/** All tables of one generation: facts and views that were built together. */
export function namesOf(generation: number): Names {
  return (table) => sql.table(`${schemaOf(generation)}.${table}`);
}

/** Facts, and views of which some stand in generations of their own: `apart` tells which, by table. */
export function namesWith(facts: number, apart: ReadonlyMap<string, number>): Names {
  return apart.size === 0 ? namesOf(facts) : (table) => namesOf(apart.get(table) ?? facts)(table);
}
