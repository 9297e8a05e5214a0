import type { Tx } from '../../platform/database.ts';
import { OperatorError } from '../../platform/errors.ts';
import { rulesOf, viewOf, type Catalog } from '../catalog.ts';
import { namesOf, namesWith, type Names } from '../facts/names.ts';
import type { Rules } from '../facts/rules.ts';
import type { View } from '../views/view.ts';
import '../engine/projections.tables.ts';
import type { RebuildRecord } from './record.ts';

/** What a rebuild builds. */
export interface Made {
  /** Of its schema. */
  readonly generation: number;
  /** Of the facts that it is, or follows. */
  readonly facts: number;
  /** Facts and every view. */
  readonly whole: boolean;
  readonly names: Names;
  readonly rules: Rules;
  /** Without those whose own fold failed. */
  readonly views: readonly View[];
  /** Every view of it. */
  readonly allViews: readonly View[];
}

/** This code has not what a rebuild builds: it is left to processes that have. */
export class NotOurRebuild extends OperatorError {
  constructor(name: string) {
    super(`the rebuild of ${name} was begun by another version of Antics: let that go on, or discard what it has built`);
  }
}

/** Null where it is gone. @throws NotOurRebuild */
export async function readMade(tx: Tx, catalog: Catalog, record: RebuildRecord): Promise<Made | null> {
  const { generation, facts, name } = record;
  if (generation === null || facts === null) return null;
  const by = await tx
    .selectFrom('projections')
    .select(['rules_version', 'spam_hosts'])
    .where('generation', '=', facts)
    .executeTakeFirst();
  const rows = await tx
    .selectFrom('projection_views as v')
    .leftJoin('projection_suspended as s', (join) =>
      join.onRef('s.generation', '=', 'v.generation').onRef('s.view', '=', 'v.view'),
    )
    .select(['v.view', 'v.version', 's.view as suspended'])
    .where('v.generation', '=', generation)
    .execute();
  if (by === undefined || rows.length === 0) return null;
  const rules = rulesOf(catalog, by);
  if (rules === undefined) throw new NotOurRebuild(name);
  const all = rows.map((row) => {
    const view = viewOf(catalog, row.view, row.version);
    if (view === undefined) throw new NotOurRebuild(name);
    return { view, suspended: row.suspended !== null };
  });
  // In the order of the catalog, as everywhere.
  all.sort((a, b) => catalog.views.indexOf(a.view) - catalog.views.indexOf(b.view));
  const whole = generation === facts;
  const tables = all.flatMap(({ view }) => view.tables);
  return {
    generation,
    facts,
    whole,
    names: whole ? namesOf(facts) : namesWith(facts, new Map(tables.map((table) => [table, generation]))),
    rules,
    views: all.flatMap(({ view, suspended }) => (suspended ? [] : [view])),
    allViews: all.map(({ view }) => view),
  };
}
