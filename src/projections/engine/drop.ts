import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/database.ts';
import type { Catalog } from '../catalog.ts';
import { schemaOf } from '../facts/names.ts';
import { lockGenerations } from './generation.ts';
import './projections.tables.ts';

/** Something that was taken out of the lists. */
export interface Dropped {
  /** Of a view, or `all`: facts and every view upon them. */
  readonly name: string;
  readonly generation: number;
  /** What it was. */
  readonly state: string;
}

/**
 * Drops facts with every view that follows them, and what was noted about them, at once: only where nobody can have
 * read them, since it waits for readers. Call `lockGenerations` before.
 */
export async function dropFacts(tx: Tx, generation: number): Promise<void> {
  const views = await tx.selectFrom('projection_views').select('generation').where('facts', '=', generation).execute();
  await forgetFacts(tx, generation);
  for (const number of new Set([generation, ...views.map((row) => row.generation)])) {
    await sql`drop schema if exists ${sql.ref(schemaOf(number))} cascade`.execute(tx);
  }
}

/**
 * Takes facts, with every view that follows them, out of the lists: nobody finds them any more. Their tables go with
 * `sweepDropped` after the commit, since dropping one waits for its readers, and everybody else would wait for that.
 */
export async function forgetFacts(tx: Tx, generation: number): Promise<void> {
  await sql`delete from projection_suspended s using projection_views v
    where v.facts = ${generation} and s.generation = v.generation and s.view = v.view`.execute(tx);
  await tx.deleteFrom('projection_parked').where('generation', '=', generation).execute();
  await tx.deleteFrom('projections').where('generation', '=', generation).execute(); // and its views by cascade
}

/** The same of one generation of a view. */
export async function forgetView(tx: Tx, generation: number, view: string): Promise<void> {
  await tx.deleteFrom('projection_suspended').where('generation', '=', generation).where('view', '=', view).execute();
  await tx.deleteFrom('projection_views').where('generation', '=', generation).where('view', '=', view).execute();
}

/** Readers of what is dropped end within moments; who does not is waited for at the next sweep. */
const PATIENCE = sql.lit('500ms');
const LOCKED = new Set(['55P03', '40P01', '57014']); // lock not available, deadlock, statement timeout

/**
 * Drops the tables that no list names any more: what was forgotten before, and by a process that died since. Call it
 * after what forgets, and now and then. Answers how many schemas and tables are left, because somebody reads them.
 */
export async function sweepDropped(db: Db, catalog: Pick<Catalog, 'views'>): Promise<number> {
  let left = 0;
  for (const one of await findDropped(db, catalog)) {
    try {
      await db.transaction().execute(async (tx) => {
        await sql`set local lock_timeout = ${PATIENCE}`.execute(tx);
        // Whoever makes one holds it: a number is given once more only when its schema is gone.
        await lockGenerations(tx);
        const still = await findDropped(tx, catalog);
        if (!still.some(({ schema, table }) => schema === one.schema && table === one.table)) return;
        if (one.table === null) await sql`drop schema ${sql.ref(one.schema)} cascade`.execute(tx);
        else await sql`drop table ${sql.table(`${one.schema}.${one.table}`)}`.execute(tx);
      });
    } catch (e) {
      if (!(e instanceof Error && 'code' in e && LOCKED.has(String(e.code)))) throw e;
      left++;
    }
  }
  return left;
}

interface Left {
  schema: string;
  /** Null: the whole schema. */
  table: string | null;
}

/** Schemas of no generation; and tables of views that stand with their facts, and are not listed there. */
async function findDropped(tx: Tx, { views }: Pick<Catalog, 'views'>): Promise<Left[]> {
  const tables = views.flatMap((view) => view.tables.map((table) => ({ view: view.name, table })));
  const { rows } = await sql<Left>`
    select n.nspname as schema, null as table from pg_namespace n
    where n.nspname ~ '^projection_[0-9]+$'
      and not exists (select from projections p where 'projection_' || p.generation = n.nspname)
      and not exists (select from projection_views v where 'projection_' || v.generation = n.nspname)
    union all
    select n.nspname, c.relname from projections p
      join pg_namespace n on n.nspname = 'projection_' || p.generation
      join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p')
      join jsonb_to_recordset(${JSON.stringify(tables)}::jsonb) t(view text, "table" text) on t.table = c.relname
    where not exists (select from projection_views v where v.generation = p.generation and v.view = t.view)
    order by 1, 2`.execute(tx);
  return rows;
}
