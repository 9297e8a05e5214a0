import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import { simulate } from '../../src/cli/simulate/simulate.ts';
import type { Db } from '../../src/platform/database.ts';
import { createGeneration, ensureServing } from '../../src/projections/engine/generation.ts';
import { switchFacts } from '../../src/projections/engine/switch.ts';
import { rebuild, type RebuildOptions } from '../../src/projections/engine/rebuild.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { given, type GivenSite } from '../given.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';
import { compareWithOracle } from '../simulated/compare.ts';
import { keepReading, keepVisiting } from './meanwhile.ts';
import { endConnections, projectionsOf, untilCaughtUp, type Projections } from './projections-of.ts';
import { expectSameGenerations } from './same-generations.ts';

const REBUILDER = 'antics test rebuild';

let database: TestDatabase;
let projections: Projections;
let db: Db;
let site: GivenSite;

beforeAll(async () => {
  database = await createTestDatabase();
  projections = projectionsOf(database.url);
  db = projections.db;
  await ensureServing(db, CATALOG);
  // More than one batch of a rebuild, so that there is a middle.
  await simulate(db, { hits: 26_000, days: 2, sites: 2, seed: 21, actor: 'cli:test' });
  site = await given(db).site();
  projections.startProjector();
  await untilCaughtUp(db, 60_000);
}, 120_000);

afterAll(async () => {
  await projections.close();
  await database.drop();
});

function rebuildNow(options: Partial<RebuildOptions> = {}) {
  const folding = projections.openFolding(REBUILDER);
  return rebuild({
    db: folding.db,
    catalog: CATALOG,
    spamHosts: [],
    onProgress: () => undefined,
    onError: () => undefined,
    ...options,
  }).finally(() => folding.close());
}

const switchTo = (generation: number) => db.transaction().execute((tx) => switchFacts(tx, generation));

async function generations(): Promise<{ generation: number; state: string }[]> {
  return db.selectFrom('projections').select(['generation', 'state']).orderBy('generation').execute();
}

async function schemas(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select nspname as name from pg_namespace where nspname like 'projection\\_%' order by 1`.execute(db);
  return rows.map((row) => row.name);
}

describe('a rebuild', () => {
  it('equals what was folded live, while hits come in and figures are read', async () => {
    const visiting = keepVisiting(site);
    const reading = keepReading(db, site);
    const { generation } = await rebuildNow();
    await sleep(500);
    const visits = await visiting.end();
    const looks = await reading.end();

    expect(generation).toBe(2);
    expect(visits).toBeGreaterThan(20);
    expect([...new Set(looks.map((look) => look.generation))]).toEqual([1, 2]);
    expect(looks.filter((look) => look.read !== look.logged)).toEqual([]);
    const positions = looks.map((look) => look.position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(await generations()).toEqual([
      { generation: 1, state: 'previous' },
      { generation: 2, state: 'serving' },
    ]);

    // The one that served goes on to where the new one stands.
    const serving = await untilCaughtUp(db);
    await untilAt(1, serving.position);
    await expectSameGenerations(db, 1, 2);
    await compareWithOracle(db, serving);
  }, 120_000);

  it('does not serve while it stands behind what serves: figures that were read are not taken back', async () => {
    const { generation: before, position } = await untilCaughtUp(db);
    const generation = await db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'ready' }));
    expect(await switchTo(generation)).toBe(null);
    expect((await untilCaughtUp(db)).generation).toBe(before);
    await untilAt(generation, position);
    expect(await switchTo(generation)).toEqual({ previous: before, dropped: [1] });
    expect((await untilCaughtUp(db)).generation).toBe(generation);
    await expect(switchTo(99)).rejects.toThrow('generation 99 is not there any more');
  }, 120_000);

  it('that is killed in the middle leaves what serves alone, and is cleared away by the next', async () => {
    const before = await untilCaughtUp(db);
    const onProgress = once(() => void endConnections(db, REBUILDER));
    await expect(rebuildNow({ onProgress })).rejects.toThrow();
    const killed = (await generations()).find(({ state }) => state === 'ready')?.generation ?? 0;
    expect(killed).toBeGreaterThan(before.generation);
    expect(await schemas()).toContain(`projection_${killed}`);
    expect((await untilCaughtUp(db)).generation).toBe(before.generation);

    const { generation } = await rebuildNow();
    expect(await schemas()).toEqual([`projection_${before.generation}`, `projection_${generation}`]);
    await compareWithOracle(db, await untilCaughtUp(db));
  }, 120_000);
});

/** Calls it once, at the first call. */
function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (!done) run();
    done = true;
  };
}

async function untilAt(generation: number, position: number): Promise<void> {
  for (;;) {
    const found = await db
      .selectFrom('projections')
      .select('position')
      .where('generation', '=', generation)
      .executeTakeFirstOrThrow();
    if (Number(found.position) === position) return;
    await sleep(50);
  }
}
