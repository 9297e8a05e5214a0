import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import { ensureServing } from '../../src/projections/engine/generation.ts';
import { namesOf } from '../../src/projections/facts/names.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { given, type GivenSite } from '../given.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';
import { compareWithOracle } from '../simulated/compare.ts';
import { keepVisiting } from './meanwhile.ts';
import { endConnections, projectionsOf, untilCaughtUp, type Projections } from './projections-of.ts';

let database: TestDatabase;
let projections: Projections;
let site: GivenSite;

beforeEach(async () => {
  database = await createTestDatabase();
  projections = projectionsOf(database.url);
  await ensureServing(projections.db, CATALOG);
  site = await given(projections.db).site();
});

afterEach(async () => {
  await projections.close();
  await database.drop();
});

/** Positions of the site's hits as they were folded, and how often each at most. */
async function foldedHits(): Promise<unknown> {
  const { rows } = await sql`
    select count(*)::int as hits, count(distinct position)::int as positions from ${namesOf(1)('hit')}`
    .execute(projections.db);
  return rows[0];
}

describe('workers', () => {
  it('stand by while one of them folds, take over from it, and fold nothing twice', async () => {
    const workers = ['one', 'two'].map((name) => projections.startProjector({ name, maxBatch: 60 }));
    const visiting = keepVisiting(site);
    while (workers.every((worker) => worker.folded.length < 5)) await sleep(20);
    expect(workers.map((worker) => worker.folded.length > 0).sort()).toEqual([false, true]);
    const [folding, standingBy] = workers.toSorted((a, b) => b.folded.length - a.folded.length);
    await folding?.stop();
    while ((standingBy?.folded.length ?? 0) < 5) await sleep(20);
    const hits = await visiting.end();
    const serving = await untilCaughtUp(projections.db);
    // On a busy machine the server ends a transaction that stood still for two seconds, and the worker goes on.
    const errors = workers.flatMap((worker) => worker.errors).filter((error) => !/connection/i.test(error));
    expect(errors).toEqual([]);
    expect(await foldedHits()).toEqual({ hits, positions: hits });
    await compareWithOracle(projections.db, serving);
  });

  it('go on by themselves when the server ends their connections, and fold nothing twice or not at all', async () => {
    const name = 'antics test cut';
    const worker = projections.startProjector({ name, maxBatch: 20 });
    const visiting = keepVisiting(site);
    let ended = 0;
    for (let i = 0; i < 12; i++) {
      await sleep(150 + 37 * i);
      ended += await endConnections(projections.db, name);
    }
    const hits = await visiting.end();
    const serving = await untilCaughtUp(projections.db);
    expect(ended).toBeGreaterThan(3);
    expect(worker.errors.length).toBeGreaterThan(0);
    expect(await foldedHits()).toEqual({ hits, positions: hits });
    const { rows } = await sql`select from projection_parked`.execute(projections.db);
    expect(rows).toEqual([]);
    await compareWithOracle(projections.db, serving);
  });
});
