import { sql } from 'kysely';
import { RULES_VERSION } from '../../domain/rules-version.ts';
import type { Db, Tx } from '../../platform/database.ts';
import { OperatorError } from '../../platform/errors.ts';
import { createExclusionTable, forgetExclusions, noteExclusions } from '../facts/exclusions.ts';
import { createFactTables } from '../facts/facts.tables.ts';
import { namesOf, schemaOf } from '../facts/names.ts';
import type { View } from '../views/view.ts';
import './projections.tables.ts';

/** Serializes whoever makes, promotes or drops generations. */
const GENERATIONS_LOCK = sql.lit('4703919738795935663');

async function lockGenerations(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${GENERATIONS_LOCK}::bigint)`.execute(tx);
}

function versions(views: readonly View[]): Record<string, number> {
  return Object.fromEntries(views.map((view) => [view.name, view.version]));
}

/** Makes the tables of a new, empty generation and answers its number. Workers fold it from then on. */
export async function createGeneration(tx: Tx, views: readonly View[], state: 'building' | 'serving'): Promise<number> {
  await lockGenerations(tx);
  const last = await tx
    .selectFrom('projections')
    .select((eb) => eb.fn.max('generation').as('generation'))
    .executeTakeFirst();
  const generation = (last?.generation ?? 0) + 1;
  const names = namesOf(generation);
  await sql`create schema ${sql.ref(schemaOf(generation))}`.execute(tx);
  await createFactTables(tx, names);
  for (const view of views) await view.create(tx, names);
  await sql`do $$ begin
    if exists (select from pg_roles where rolname = 'antics_reader') then
      grant usage on schema ${sql.ref(schemaOf(generation))} to antics_reader;
      grant select on all tables in schema ${sql.ref(schemaOf(generation))} to antics_reader;
    end if;
  end $$`.execute(tx);
  await tx
    .insertInto('projections')
    .values({
      generation,
      state,
      rules_version: RULES_VERSION,
      views: JSON.stringify(versions(views)),
      position: 0,
      caught_up_at: null,
    })
    .execute();
  return generation;
}

/** Makes the first generation on a new database. Throws where the serving one is not what this code can fold. */
export async function ensureServing(db: Db, views: readonly View[]): Promise<{ generation: number; stale: boolean }> {
  return await db.transaction().execute(async (tx) => {
    await lockGenerations(tx);
    const serving = await tx.selectFrom('projections').selectAll().where('state', '=', 'serving').executeTakeFirst();
    if (serving === undefined) return { generation: await createGeneration(tx, views, 'serving'), stale: false };
    const ours = versions(views);
    const strange = Object.entries(serving.views).filter(([name, version]) => ours[name] !== version);
    if (strange.length > 0) {
      const list = strange.map(([name, version]) => `${name} v${version}`).join(', ');
      throw new OperatorError(`this Antics cannot fold the serving projections (${list}): start the version that made them`);
    }
    await completeGenerations(tx);
    return { generation: serving.generation, stale: serving.rules_version !== RULES_VERSION };
  });
}

/** Generations that were made before sites could exclude paths get the history that they have folded past. */
async function completeGenerations(tx: Tx): Promise<void> {
  const { rows } = await sql<{ generation: number }>`
    select generation from projections
    where state <> 'retired' and to_regclass('projection_' || generation || '.exclusion') is null
    order by generation`.execute(tx);
  for (const { generation } of rows) {
    const row = await tx
      .selectFrom('projections')
      .select('position')
      .where('generation', '=', generation)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) continue;
    await createExclusionTable(tx, namesOf(generation));
    const deleted = await noteExclusions(tx, namesOf(generation), { from: 0n, to: BigInt(row.position) });
    await forgetExclusions(tx, namesOf(generation), deleted);
  }
}

/**
 * Makes a generation the one that queries read; what served before is retired and kept until the next rebuild. Answers
 * false, and does nothing, where it stands behind what serves: figures that were read are not taken back.
 */
export async function promote(db: Db, generation: number): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    await lockGenerations(tx);
    // Under the lock of both checkpoints, so that neither moves meanwhile.
    const stand = await tx
      .selectFrom('projections')
      .select(['generation', 'position'])
      .where((eb) => eb.or([eb('state', '=', 'serving'), eb('generation', '=', generation)]))
      .orderBy('generation')
      .forUpdate()
      .execute();
    const next = stand.find((row) => row.generation === generation);
    if (next === undefined) throw new GenerationGone(generation);
    if (stand.some((row) => BigInt(row.position) > BigInt(next.position))) return false;
    await tx.updateTable('projections').set({ state: 'retired' }).where('state', '=', 'serving').execute();
    await tx.updateTable('projections').set({ state: 'serving' }).where('generation', '=', generation).execute();
    return true;
  });
}

/** Somebody else dropped it: rebuilds begin by clearing away what earlier ones left. */
export class GenerationGone extends OperatorError {
  constructor(generation: number) {
    super(`generation ${generation} is not there any more: another rebuild has begun`);
  }
}

/** Drops the tables of generations in a state and what was noted about them. */
export async function dropGenerations(db: Db, state: 'building' | 'retired'): Promise<number[]> {
  return await db.transaction().execute(async (tx) => {
    await lockGenerations(tx);
    const gone = await tx.deleteFrom('projections').where('state', '=', state).returning('generation').execute();
    for (const { generation } of gone) {
      await tx.deleteFrom('projection_parked').where('generation', '=', generation).execute();
      await tx.deleteFrom('projection_suspended').where('generation', '=', generation).execute();
      await sql`drop schema if exists ${sql.ref(schemaOf(generation))} cascade`.execute(tx);
    }
    return gone.map((row) => row.generation);
  });
}
