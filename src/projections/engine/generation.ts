import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/database.ts';
import { OperatorError } from '../../platform/errors.ts';
import { newestRules, newestViews, rulesOf, viewOf, type Catalog } from '../catalog.ts';
import { createExclusionTable, forgetExclusions, noteExclusions } from '../facts/exclusions.ts';
import { createFactTables, FACTS_VERSION } from '../facts/facts.tables.ts';
import { namesOf, namesWith, schemaOf } from '../facts/names.ts';
import type { View } from '../views/view.ts';
import type { GenerationState } from './projections.tables.ts';

/** Serializes whoever makes, switches or drops generations. */
const GENERATIONS_LOCK = sql.lit('4703919738795935663');

export async function lockGenerations(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${GENERATIONS_LOCK}::bigint)`.execute(tx);
}

export interface NewGeneration {
  state: Exclude<GenerationState, 'previous'>;
  /** The operator's own spam referrers. */
  spamHosts?: readonly string[];
}

/** Makes the tables of new, empty facts and of the newest version of each view. Answers the generation's number. */
export async function createGeneration(tx: Tx, catalog: Catalog, { state, spamHosts = [] }: NewGeneration): Promise<number> {
  await lockGenerations(tx);
  const generation = await nextNumber(tx);
  const names = namesOf(generation);
  const views = newestViews(catalog);
  await sql`create schema ${sql.ref(schemaOf(generation))}`.execute(tx);
  await createFactTables(tx, names, { forBulk: state === 'building' });
  for (const view of views) await view.create(tx, names);
  await grantReads(tx, generation);
  const made = { generation, state, rules_version: newestRules(catalog).version, spam_hosts: [...spamHosts] };
  const facts = { facts_version: FACTS_VERSION, facts_filled: null };
  await tx
    .insertInto('projections')
    .values({ ...made, ...facts, position: 0, caught_up_at: null, leased_by: null, leased_until: null, switched_at: null })
    .execute();
  await enterViews(tx, views, { generation, facts: generation, state });
  return generation;
}

/** Makes the empty tables of the newest version of a view, in a schema of its own, upon facts that are there. */
export async function createViewGeneration(tx: Tx, view: View, facts: number): Promise<number> {
  await lockGenerations(tx);
  const generation = await nextNumber(tx);
  await sql`create schema ${sql.ref(schemaOf(generation))}`.execute(tx);
  await view.create(tx, namesWith(facts, new Map(view.tables.map((table) => [table, generation]))));
  await grantReads(tx, generation);
  await enterViews(tx, [view], { generation, facts, state: 'building' });
  return generation;
}

/** Beyond those whose tables are still to be dropped, too. */
async function nextNumber(tx: Tx): Promise<number> {
  const { rows } = await sql<{ next: number }>`
    select coalesce(max(generation), 0) + 1 as next from (
      select generation from projections union all select generation from projection_views
      union all select substr(nspname, 12)::int from pg_namespace where nspname ~ '^projection_[0-9]{1,9}$') x`.execute(tx);
  return rows[0]?.next ?? 1;
}

async function enterViews(
  tx: Tx,
  views: readonly View[],
  made: { generation: number; facts: number; state: GenerationState },
): Promise<void> {
  const rows = views.map(({ name, version }) => ({ ...made, view: name, version, switched_at: null }));
  await tx.insertInto('projection_views').values(rows).execute();
}

async function grantReads(tx: Tx, generation: number): Promise<void> {
  const schema = sql.ref(schemaOf(generation));
  await sql`do $$ begin
    if exists (select from pg_roles where rolname = 'antics_reader') then
      grant usage on schema ${schema} to antics_reader;
      grant select on all tables in schema ${schema} to antics_reader;
    end if;
  end $$`.execute(tx);
}

export interface FoundServing {
  generation: number;
  /** It was made by other rules than a rebuild would apply now. */
  stale: boolean;
  /** Views of this code that no version of is there. */
  missing: string[];
}

/** Makes the first generation on a new database. Throws where this code has not what serves. */
export async function ensureServing(db: Db, catalog: Catalog, spamHosts: readonly string[] = []): Promise<FoundServing> {
  return await db.transaction().execute(async (tx) => {
    await lockGenerations(tx);
    const serving = await tx.selectFrom('projections').selectAll().where('state', '=', 'serving').executeTakeFirst();
    if (serving === undefined) {
      return { generation: await createGeneration(tx, catalog, { state: 'serving', spamHosts }), stale: false, missing: [] };
    }
    const { generation, rules_version } = serving;
    const views = await tx.selectFrom('projection_views').selectAll().where('state', '=', 'serving').execute();
    const unknown = views.filter(({ view, version }) => viewOf(catalog, view, version) === undefined);
    const strange = unknown.map(({ view, version }) => `${view} v${version}`);
    if (rulesOf(catalog, serving) === undefined) strange.push(`rules v${rules_version}`);
    if (strange.length > 0) {
      throw new OperatorError(
        `this Antics has not what serves (${strange.join(', ')}): start the version that made it, or a newer one`,
      );
    }
    await completeGenerations(tx);
    const had = serving.spam_hosts ?? (await keepSpamHosts(tx, generation, spamHosts));
    return {
      generation,
      stale: rules_version !== newestRules(catalog).version || !sameHosts(had, spamHosts),
      missing: newestViews(catalog).map(({ name }) => name).filter((name) => views.every(({ view }) => view !== name)),
    };
  });
}

/** Generations that were made before the hosts were kept have been folded with those that the operator had since. */
async function keepSpamHosts(tx: Tx, generation: number, spamHosts: readonly string[]): Promise<readonly string[]> {
  await tx.updateTable('projections').set({ spam_hosts: [...spamHosts] }).where('generation', '=', generation).execute();
  return spamHosts;
}

function sameHosts(some: readonly string[], others: readonly string[]): boolean {
  const set = new Set(some);
  return set.size === new Set(others).size && others.every((host) => set.has(host));
}

/** Generations that were made before sites could exclude paths get the history that they have folded past. */
async function completeGenerations(tx: Tx): Promise<void> {
  const { rows } = await sql<{ generation: number }>`
    select generation from projections
    where to_regclass('projection_' || generation || '.exclusion') is null
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
