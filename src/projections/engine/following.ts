import type { Tx } from '../../platform/database.ts';
import { rulesOf, viewOf, type Catalog } from '../catalog.ts';
import { namesWith, type Names } from '../facts/names.ts';
import type { View } from '../views/view.ts';
import { sql } from 'kysely';
import type { GenerationState } from './projections.tables.ts';

/** A view that is folded with the facts that it follows. */
export interface Following {
  /** Of its tables. */
  readonly generation: number;
  readonly view: View;
  readonly state: GenerationState;
  readonly names: Names;
  /** It failed, and waits for a rebuild. */
  readonly suspended: boolean;
}

/** What of these facts, and of what follows them, this code lacks, such as `paths v2`. */
export async function readStrange(
  tx: Tx,
  facts: number,
  catalog: Catalog,
  made: Parameters<typeof rulesOf>[1],
): Promise<string[]> {
  const views = await tx.selectFrom('projection_views').select(['view', 'version']).where('facts', '=', facts).execute();
  const strange = views.filter(({ view, version }) => viewOf(catalog, view, version) === undefined);
  return [
    ...(rulesOf(catalog, made) === undefined ? [`rules v${made.rules_version}`] : []),
    ...new Set(strange.map(({ view, version }) => `${view} v${version}`)),
  ];
}

/** The complete views that follow these facts; null where this code does not have all of them, those in building too. */
export async function readFollowing(tx: Tx, facts: number, catalog: Catalog): Promise<Following[] | null> {
  const { rows } = await sql<{
    generation: number;
    view: string;
    version: number;
    state: GenerationState;
    suspended: boolean;
  }>`select v.generation, v.view, v.version, v.state, s.view is not null as suspended
    from projection_views v left join projection_suspended s using (generation, view)
    where v.facts = ${facts} order by v.generation, v.view`.execute(tx);
  const following: Following[] = [];
  for (const { generation, view: name, version, state, suspended } of rows) {
    const view = viewOf(catalog, name, version);
    if (view === undefined) return null;
    const apart = generation === facts ? [] : view.tables.map((table): [string, number] => [table, generation]);
    following.push({ generation, view, state, suspended, names: namesWith(facts, new Map(apart)) });
  }
  return following.filter(({ state }) => state !== 'building');
}
