import { sql } from 'kysely';

import { readHead } from '../../src/log/head.ts';
import type { Database, Db } from '../../src/platform/database.ts';
import type { Catalog } from '../../src/projections/catalog.ts';
import { catchUp } from '../../src/projections/engine/catch-up.ts';
import { sweepDropped } from '../../src/projections/engine/drop.ts';
import { createGeneration, ensureServing } from '../../src/projections/engine/generation.ts';
import { namesOf } from '../../src/projections/facts/names.ts';
import { openOperatorDatabase } from '../../src/projections/operate/operator.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { createTestDatabase } from '../setup/test-database.ts';

/** A database in which generations stand beside each other, folded when a test says so. */
export interface Beside {
  readonly url: string;
  /** As an operator has it. */
  readonly owner: Database;
  readonly db: Db;
  /** A generation of facts with every view, folded up to the head unless `behind`. */
  ready(options?: { catalog?: Catalog; behind?: boolean }): Promise<number>;
  fold(generation: number, catalog?: Catalog): Promise<void>;
  /** Rows of a table, in any order. */
  rows(generation: number, table: string): Promise<Record<string, unknown>[]>;
  /** Schemas of generations that are there. */
  schemas(): Promise<string[]>;
  /** `all` and views by state, such as `{serving: [['all', 1]]}` without the views that stand with their facts. */
  states(): Promise<Record<string, [name: string, generation: number][]>>;
  /** Everything but what serves. */
  dropReady(): Promise<void>;
  close(): Promise<void>;
}

export const CONTEXT = { actor: { name: 'cli:test', kind: 'cli' } } as const;

export async function openBeside(catalog: Catalog = CATALOG): Promise<Beside> {
  const database = await createTestDatabase();
  const onError = (): void => undefined;
  const owner = openOperatorDatabase({ url: database.url, applicationName: 'antics test operator', onError });
  const { db } = owner;
  await ensureServing(db, catalog);
  const fold = (generation: number, by: Catalog = catalog): Promise<void> =>
    db.connection().execute((one) => catchUp(one, by, generation));
  return {
    url: database.url,
    owner,
    db,
    fold,
    async ready({ catalog: by = catalog, behind = false } = {}) {
      const generation = await db.transaction().execute((tx) => createGeneration(tx, by, { state: 'ready' }));
      if (!behind) await fold(generation, by);
      return generation;
    },
    async rows(generation, table) {
      const { rows } = await sql<Record<string, unknown>>`select * from ${namesOf(generation)(table)}`.execute(db);
      return rows;
    },
    async schemas() {
      const { rows } = await sql<{ name: string }>`
        select nspname as name from pg_namespace where nspname like 'projection\\_%' order by 1`.execute(db);
      return rows.map((row) => row.name);
    },
    async states() {
      const facts = await db.selectFrom('projections').select(['state', 'generation']).execute();
      const views = await db.selectFrom('projection_views').select(['state', 'view', 'generation', 'facts']).execute();
      const apart = views.filter(({ generation, facts: of }) => generation !== of);
      const all = [...facts.map((row) => ({ ...row, view: 'all' })), ...apart].sort((a, b) => a.generation - b.generation);
      const states: Record<string, [string, number][]> = {};
      for (const { state, view, generation } of all) (states[state] ??= []).push([view, generation]);
      return states;
    },
    async dropReady() {
      await db.deleteFrom('projection_views').where('state', '<>', 'serving').execute();
      await db.deleteFrom('projections').where('state', '<>', 'serving').execute();
      await sweepDropped(db, catalog);
    },
    async close() {
      await owner.close();
      await database.drop();
    },
  };
}

export async function positionOf(db: Db, generation: number): Promise<number> {
  const row = await db
    .selectFrom('projections')
    .select('position')
    .where('generation', '=', generation)
    .executeTakeFirstOrThrow();
  return Number(row.position);
}

export const headOf = async (db: Db): Promise<number> => Number(await readHead(db));
