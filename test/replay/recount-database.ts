import { sql } from 'kysely';

import { readHead } from '../../src/log/head.ts';
import type { Db } from '../../src/platform/database.ts';
import type { Catalog } from '../../src/projections/catalog.ts';
import { ensureServing } from '../../src/projections/engine/generation.ts';
import { foldStepPastPoison } from '../../src/projections/engine/poison.ts';
import { readServing } from '../../src/projections/engine/status.read.ts';
import { recount, type RecountOptions, type RecountReport } from '../../src/projections/recount/recount.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { createTestDatabase } from '../setup/test-database.ts';
import { projectionsOf, type RunningProjector } from './projections-of.ts';

/** Every value as text: keys are too large for numbers. */
export type Row = Record<string, string | null>;

/** A database whose log is folded by hand, and counted anew. */
export interface RecountDatabase {
  db: Db;
  /** Folds what serves to the head of the log, in batches of this size. */
  fold(maxBatch?: number): Promise<void>;
  /** Folds what comes in, until it is stopped. */
  startProjector(): RunningProjector;
  recount(options?: Partial<RecountOptions>): Promise<RecountReport>;
  /** The rows of a table of what serves. */
  rows(table: string): Promise<Row[]>;
  /** Changes a table of what serves, by SQL that calls it `t`; answers what undoes it. */
  change(table: string, statement: string): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export async function openRecountDatabase(catalog: Catalog = CATALOG): Promise<RecountDatabase> {
  const database = await createTestDatabase();
  const projections = projectionsOf(database.url);
  const { db } = projections;
  const folding = projections.openFolding('antics test fold').db;
  const counting = projections.openFolding('antics test recount').db;
  const { generation } = await ensureServing(db, catalog);
  const nameOf = async (table: string) => {
    const serving = await readServing(db);
    if (serving === null) throw new Error('nothing serves');
    return serving.names(table);
  };
  return {
    db,
    async fold(maxBatch = 1_000) {
      const head = await readHead(db);
      for (;;) {
        const step = await foldStepPastPoison(folding, generation, { catalog, maxBatch }, () => undefined);
        if (step.kind !== 'busy' && step.position >= head) return;
      }
    },
    startProjector: () => projections.startProjector({ catalog }),
    recount: (options = {}) => recount({ db: counting, view: 'all', ruleSets: catalog.ruleSets, ...options }),
    async rows(table) {
      const name = await nameOf(table);
      const { rows } = await sql<{ row: Row }>`
        select (select jsonb_object_agg(k, v) from jsonb_each_text(to_jsonb(t)) e(k, v)) as row
        from ${name} t order by t`.execute(db);
      return rows.map(({ row }) => row);
    },
    async change(table, statement) {
      const name = await nameOf(table);
      await sql`create table before_change as select * from ${name}`.execute(db);
      const { sql: text } = sql`${name}`.compile(db);
      await sql.raw(statement.replaceAll(/\bt\b/g, text)).execute(db);
      return async () => {
        await sql`truncate ${name}`.execute(db);
        await sql`insert into ${name} select * from before_change`.execute(db);
        await sql`drop table before_change`.execute(db);
      };
    },
    async close() {
      await projections.close();
      await database.drop();
    },
  };
}

/** Every difference that a report names, as text, its views aside. */
export function told({ views }: RecountReport): string[] {
  return views.flatMap(({ examples }) =>
    examples.map(({ site, day, table, key, measure, expected, found }) => {
      const place = [`site ${site}`, ...(day === null ? [] : [day]), table, ...Object.values(key), measure].join(' ');
      return `${place}: ${expected} expected, ${found} found`;
    }),
  );
}

export const differencesOf = ({ views }: RecountReport): number =>
  views.reduce((sum, view) => sum + view.differences, 0);
