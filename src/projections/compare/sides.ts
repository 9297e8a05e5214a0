import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { Conflict, NotFound } from '../../platform/errors.ts';
import '../engine/projections.tables.ts';
import { namesWith, type Names } from '../facts/names.ts';

/** A version of a view as it stands in one of the two. */
export interface SideView {
  /** Of its tables. */
  readonly generation: number;
  readonly version: number;
  readonly suspended: boolean;
}

/** One of the two generations: facts, and the views upon them that are looked at. */
export interface Side {
  /** Whose checkpoint it has. */
  readonly facts: number;
  readonly views: ReadonlyMap<string, SideView>;
}

export interface Sides {
  readonly before: Side;
  readonly after: Side;
  /** Whether the facts are others, too. */
  readonly wholes: boolean;
}

interface Row extends SideView {
  facts: number;
  view: string;
  state: string;
}

/**
 * What serves, and a generation beside it: of `all` with every view upon its facts, else that one view.
 * @throws NotFound, Conflict where it is still being built, or serves itself
 */
export async function readSides(tx: Tx, name: string, generation: number): Promise<Sides> {
  const { rows } = await sql<Row>`
    select v.generation, v.view, v.version, v.facts, v.state, s.view is not null as suspended
    from projection_views v left join projection_suspended s using (generation, view)`.execute(tx);
  const facts = await tx.selectFrom('projections').select(['generation', 'state']).execute();
  const serving = facts.find(({ state }) => state === 'serving');
  if (serving === undefined) throw new NotFound('Nothing serves yet.');
  const servingViews = rows.filter(({ facts: of, state }) => of === serving.generation && state === 'serving');

  const { found, views } = name === 'all' ? ofFacts(facts, rows, generation) : ofView(rows, name, generation);
  if (found === undefined) throw new NotFound(`There is no generation ${generation} of ${name}.`);
  if (found.state === 'building') throw new Conflict(`Generation ${generation} of ${name} is still being built.`);
  if (found.state === 'serving') throw new Conflict(`Generation ${generation} of ${name} is what serves.`);
  const of = name === 'all' ? generation : (views[0]?.facts ?? generation);
  const before = name === 'all' ? servingViews : servingViews.filter(({ view }) => view === name);
  return {
    before: { facts: serving.generation, views: byName(before) },
    after: { facts: of, views: byName(views) },
    wholes: of !== serving.generation,
  };
}

interface Found {
  found: { state: string } | undefined;
  views: Row[];
}

/** Of a view of which two stand upon these facts, the one that is not on its way. */
function ofFacts(facts: readonly { generation: number; state: string }[], rows: readonly Row[], generation: number): Found {
  const found = facts.find((row) => row.generation === generation);
  return { found, views: rows.filter((row) => row.facts === generation && row.state === found?.state) };
}

function ofView(rows: readonly Row[], name: string, generation: number): Found {
  const found = rows.find((row) => row.view === name && row.generation === generation);
  return { found, views: found === undefined ? [] : [found] };
}

const byName = (rows: readonly Row[]): Map<string, SideView> =>
  new Map(rows.map(({ view, generation, version, suspended }) => [view, { generation, version, suspended }]));

/** The names of a side's facts, and of the tables of one of its views. */
export function namesOfView({ facts }: Side, { generation }: SideView, tables: readonly string[]): Names {
  return namesWith(facts, new Map(generation === facts ? [] : tables.map((table) => [table, generation])));
}
