import { sql } from 'kysely';

import { simulate } from '../../src/cli/simulate/simulate.ts';
import { readHead } from '../../src/log/head.ts';
import { openDatabase, type Database, type Db } from '../../src/platform/database.ts';
import { BUILD_SETTINGS, buildDays, buildLast, planDays } from '../../src/projections/build/build.ts';
import { newestRules, newestViews } from '../../src/projections/catalog.ts';
import { createGeneration, createViewGeneration, ensureServing } from '../../src/projections/engine/generation.ts';
import { namesOf, namesWith } from '../../src/projections/facts/names.ts';
import { rulesWith } from '../../src/projections/facts/rules.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { buildInPieces } from '../laws/build-in-pieces.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';
import { projectionsOf, untilCaughtUp, type Projections } from './projections-of.ts';

const HITS = 2_000;

let database: TestDatabase;
let projections: Projections;
let db: Db;
let serving: number;
let head: bigint;
const builders: Database[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  projections = projectionsOf(database.url);
  ({ db } = projections);
  serving = (await ensureServing(db, CATALOG)).generation;
  const { sites } = await simulate(db, { hits: HITS, days: 70, sites: 2, seed: 8, actor: 'cli:test' });
  // One of them comes late, so that its days are behind its frontier.
  await simulate(db, { hits: HITS / 4, days: 40, sites: sites.length, seed: 9, actor: 'cli:test' });
  const projector = projections.startProjector({ maxBatch: 1_500 });
  await untilCaughtUp(db);
  await projector.stop();
  head = await readHead(db);
}, 60_000);

afterAll(async () => {
  await Promise.all(builders.map((builder) => builder.close()));
  await projections.close();
  await database.drop();
});

const openBuilder = (): Database => {
  const options = { url: database.url, max: 1, applicationName: 'antics test builder', settings: BUILD_SETTINGS };
  const opened = openDatabase({ ...options, onError: () => undefined });
  builders.push(opened);
  return opened;
};

async function rowsApart(tables: readonly string[], other: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const [ours, theirs] = [namesOf(serving)(table), namesOf(other)(table)];
    const { rows } = await sql<{ apart: number; all: number }>`
      select (select count(*) from (select * from ${ours} except all select * from ${theirs}) x)::int
        + (select count(*) from (select * from ${theirs} except all select * from ${ours}) x)::int as apart,
        (select count(*) from ${ours})::int as all`.execute(db);
    if (rows[0]?.all === 0) throw new Error(`there is nothing in ${table} to compare`);
    counts[table] = rows[0]?.apart ?? -1;
  }
  return counts;
}

const none = (tables: readonly string[]): Record<string, number> => Object.fromEntries(tables.map((t) => [t, 0]));

describe('a bulk build', () => {
  it.each([
    ['months at once', 10_000],
    ['thirds of months', 450],
    ['days', 10],
  ])('of %s has the rows that were folded as the log grew', async (_name, most) => {
    const generation = await db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'building' }));
    const lanes = [1, 2].map(() => openBuilder());
    await buildInPieces(lanes, { generation, head, range: 650, most });
    const tables = ['hit', 'visit', 'frontier', ...newestViews(CATALOG).flatMap((view) => view.tables)];
    expect(await rowsApart(tables, generation)).toEqual(none(tables));
  }, 60_000);

  it('of views alone upon living facts has the rows that they have', async () => {
    const builder = openBuilder();
    const rules = rulesWith(newestRules(CATALOG), []);
    for (const view of newestViews(CATALOG)) {
      const own = await db.transaction().execute((tx) => createViewGeneration(tx, view, serving));
      const names = namesWith(serving, new Map(view.tables.map((table) => [table, own])));
      const pieces = await planDays(builder.db, names, undefined, { keepFrontier: true, most: 450 });
      for (const piece of pieces) {
        const options = { writeVisits: false };
        await builder.db.transaction().execute((tx) => buildDays(tx, names, rules, [view], piece, options));
      }
      await builder.db.transaction().execute((tx) => buildLast(tx, names, [view], head));
      expect(await rowsApart(view.tables, own)).toEqual(none(view.tables));
    }
  }, 60_000);
});
