import { setTimeout as sleep } from 'node:timers/promises';

import { simulate } from '../../src/cli/simulate/simulate.ts';
import { openDatabase, type Db } from '../../src/platform/database.ts';
import { BUILD_SETTINGS } from '../../src/projections/build/build.ts';
import { ensureServing } from '../../src/projections/engine/generation.ts';
import { advance } from '../../src/projections/rebuild/advance.ts';
import { buildChunk } from '../../src/projections/rebuild/build-chunk.ts';
import { startRebuild } from '../../src/projections/rebuild/start.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { given, pageView, type GivenSite } from '../given.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';
import { keepVisiting } from './meanwhile.ts';
import { projectionsOf, untilCaughtUp, type Projections } from './projections-of.ts';
import { rebuildNow, request, workOn } from './rebuilding.ts';

let database: TestDatabase;
let projections: Projections;
let db: Db;
let site: GivenSite;
let sites: GivenSite[];

beforeAll(async () => {
  database = await createTestDatabase();
  projections = projectionsOf(database.url);
  db = projections.db;
  await ensureServing(db, CATALOG);
  await simulate(db, { hits: 1_500, days: 8, sites: 2, seed: 21, actor: 'cli:test' });
  site = await given(db).site();
  sites = [site, await given(db).site({ timezone: 'Asia/Tokyo' })];
  const days = Array.from({ length: 60 }, (_, i) => new Date(Date.now() - i * 86_400_000));
  for (const one of sites) await one.append(...days.map((at, i) => pageView(`/${i % 4}`, { at, visitor: `v ${i % 9}` })));
  projections.startProjector();
  await untilCaughtUp(db, 60_000);
}, 120_000);

afterAll(async () => {
  await projections.close();
  await database.drop();
});

describe('a rebuild of one view, upon facts that are folded meanwhile,', () => {
  it.each(['summary', 'pages', 'breakdown', 'paths', 'live', 'vitals'])('equals what serves: %s', async (name) => {
    const visiting = keepVisiting(site);
    const told: string[] = [];
    const done = await rebuildNow(db, { url: database.url, name, onMessage: (message) => told.push(message) });
    await visiting.end();
    expect(told).toEqual([]);
    expect(done).toMatchObject({ state: 'switched', differences: 0 });
  }, 60_000);

  it('takes what is new of the days that it has, and leaves to itself what is of the others', async () => {
    const { rebuildId } = await request(db, 'pages');
    await startRebuild(db, rebuildId, { catalog: CATALOG, spamHosts: [] });
    const builder = openDatabase({ url: database.url, max: 1, applicationName: 'test', settings: BUILD_SETTINGS, onError: () => undefined });
    const days = Array.from({ length: 12 }, (_, i) => new Date(Date.now() - (i * 5 + 1) * 86_400_000));
    let chunks = 0;
    while ((await buildChunk(builder.db, rebuildId, { catalog: CATALOG, slots: 1 })) === 'done') {
      chunks += 1;
      // Of sites and days that are built, and of some that are not.
      for (const one of sites) {
        await one.append(...days.map((at, i) => pageView(`/late/${i % 3}`, { at, visitor: `late ${i % 5}`, seconds: i })));
      }
      await untilCaughtUp(db);
    }
    await builder.close();
    expect(chunks).toBeGreaterThan(3);
    expect(await workOn(rebuildId, { url: database.url })).toMatchObject({ state: 'switched', differences: 0 });
  }, 60_000);

  it('is complete between two folds, never within one, which would go past it', async () => {
    const { rebuildId } = await request(db, 'paths');
    await startRebuild(db, rebuildId, { catalog: CATALOG, spamHosts: [] });
    const builder = openDatabase({ url: database.url, max: 1, applicationName: 'test', settings: BUILD_SETTINGS, onError: () => undefined });
    while ((await buildChunk(builder.db, rebuildId, { catalog: CATALOG, slots: 1 })) === 'done');
    await builder.close();
    let went = false;
    const advancing = await db.transaction().execute(async (fold) => {
      await fold.selectFrom('projections').select('position').where('state', '=', 'serving').forUpdate().execute();
      const started = advance(db, CATALOG, rebuildId).then((answer) => (went = answer));
      await sleep(150);
      expect(went).toBe(false);
      return { started };
    });
    expect(await advancing.started).toBe(true);
    expect(await workOn(rebuildId, { url: database.url })).toMatchObject({ state: 'switched', differences: 0 });
  }, 60_000);
});
