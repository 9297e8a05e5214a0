import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import { ensureServing } from '../../src/projections/engine/generation.ts';
import { namesOf } from '../../src/projections/facts/names.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { given, pageView, type GivenSite } from '../given.ts';
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

  it('take over from one that stands still while it is told something, and holds the checkpoint', async () => {
    const deaf = projections.openFolding('antics test deaf');
    let wake = (): void => undefined;
    const held = deaf.withConnection(async (connection) => {
      await connection.query('begin');
      await connection.query('select from projections where generation = 1 for update');
      const { stream } = (connection as unknown as { connection: { stream: { pause(): void; resume(): void } } }).connection;
      stream.pause();
      wake = () => stream.resume();
      await connection.query(`select repeat('x', 10000) from generate_series(1, 10000)`);
    });
    const ended = expect(held).rejects.toThrow(/terminat/);
    await sleep(200);
    const worker = projections.startProjector({ name: 'standing by', deafMs: 300 });
    await site.append(pageView('/'));
    await untilCaughtUp(projections.db);
    wake();
    expect(worker.notices).toEqual([expect.stringMatching(/^generation 1 was held by a process that stands still/)]);
    await ended;
  });

  it('leave what they lack a version of to others, say so once, and go on with the rest', async () => {
    await sql`insert into projections (generation, state, rules_version, position) values (2, 'ready', 7, 0)`.execute(
      projections.db,
    );
    await sql`insert into projection_views (generation, view, version, facts, state) values (2, 'paths', 9, 2, 'ready')`
      .execute(projections.db);
    const worker = projections.startProjector();
    for (let i = 0; i < 3; i++) {
      await site.append(pageView('/'));
      await untilCaughtUp(projections.db);
      await sleep(250);
    }
    expect(worker.errors).toEqual([]);
    expect(worker.notices).toEqual([
      'generation 2 is left to processes that have rules v7, paths v9, which this Antics has not',
    ]);
    const { rows } = await sql`select position, leased_by from projections where generation = 2`.execute(projections.db);
    expect(rows).toEqual([{ position: '0', leased_by: null }]);
  });

  it('fold the others where one generation stands ahead of the log', async () => {
    const ahead = { generation: 0, state: 'previous' as const, rules_version: 1, position: 1_000, spam_hosts: [] };
    const none = { caught_up_at: null, leased_by: null, leased_until: null, switched_at: null };
    await projections.db.insertInto('projections').values({ ...ahead, ...none }).execute();
    const worker = projections.startProjector();
    for (let i = 0; i < 2; i++) {
      await site.append(pageView('/'));
      await untilCaughtUp(projections.db, 5_000);
    }
    expect(worker.errors).toEqual([expect.stringContaining('generation 0 stands at position 1000')]);
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
