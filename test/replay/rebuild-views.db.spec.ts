import { simulate } from '../../src/cli/simulate/simulate.ts';
import type { Db } from '../../src/platform/database.ts';
import { ensureServing } from '../../src/projections/engine/generation.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { given, type GivenSite } from '../given.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';
import { compareWithOracle } from '../simulated/compare.ts';
import { keepVisiting } from './meanwhile.ts';
import { projectionsOf, untilCaughtUp, type Projections } from './projections-of.ts';
import { rebuildNow } from './rebuilding.ts';

let database: TestDatabase;
let projections: Projections;
let db: Db;
let site: GivenSite;

beforeAll(async () => {
  database = await createTestDatabase();
  projections = projectionsOf(database.url);
  db = projections.db;
  await ensureServing(db, CATALOG);
  await simulate(db, { hits: 6_000, days: 40, sites: 2, seed: 21, actor: 'cli:test' });
  site = await given(db).site();
  projections.startProjector();
  await untilCaughtUp(db, 60_000);
}, 120_000);

afterAll(async () => {
  await projections.close();
  await database.drop();
});

it.each(['summary', 'pages', 'breakdown', 'paths', 'live', 'all'])('%s is rebuilt, equal, while hits come in', async (name) => {
  const visiting = keepVisiting(site);
  const told: string[] = [];
  const done = await rebuildNow(db, { url: database.url, name, onMessage: (m) => told.push(m), hitsAChunk: 1_000 });
  await visiting.end();
  expect(told).toEqual([]);
  expect(done.state).toBe('switched');
  await compareWithOracle(db, await untilCaughtUp(db));
}, 120_000);
