import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import { appendEvent } from '../../src/log/append-event.ts';
import { ensureServing } from '../../src/projections/engine/generation.ts';
import { PARKED_STREAM } from '../../src/projections/engine/left-out.ts';
import { foldStepPastPoison } from '../../src/projections/engine/poison.ts';
import { foldStep } from '../../src/projections/engine/step.ts';
import { namesOf } from '../../src/projections/facts/names.ts';
import { termId } from '../../src/projections/facts/terms.ts';
import { CATALOG, VIEWS } from '../../src/projections/views.ts';
import type { View } from '../../src/projections/views/view.ts';
import { event, given, pageView, type GivenHit, type GivenSite } from '../given.ts';
import { expectReadsEqualOracle } from '../laws/oracle-laws.ts';
import { readsOfGeneration } from '../laws/projection-reads.ts';
import { domainRules } from '../oracle/domain-rules.ts';
import { readLog } from '../oracle/log-row.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';
import { projectionsOf, untilCaughtUp, type Projections } from './projections-of.ts';
import { rebuildNow, request, workOn } from './rebuilding.ts';

const POISON_MS = 66_600;
const options = { catalog: CATALOG, maxBatch: 10_000 };

let database: TestDatabase;
let projections: Projections;
let site: GivenSite;

beforeEach(async () => {
  database = await createTestDatabase();
  projections = projectionsOf(database.url);
  await ensureServing(projections.db, CATALOG);
  // Stands for whatever a table may one day not take.
  await sql`alter table ${namesOf(1)('hit')} add constraint no_poison check (ms is distinct from ${sql.lit(POISON_MS)})`
    .execute(projections.db);
  site = await given(projections.db).site();
});

afterEach(async () => {
  await projections.close();
  await database.drop();
});

const visits = (count: number, name = 'v'): GivenHit[] =>
  Array.from({ length: count }, (_, i) => pageView(`/${i % 5}`, { visitor: `${name} ${i % 9}` }));

const poison = (): GivenHit => pageView('/poison', { seconds: POISON_MS / 1000, visitor: 'v 1' });

async function parked(): Promise<number[]> {
  const rows = await projections.db.selectFrom('projection_parked').select('position').orderBy('position').execute();
  return rows.map((row) => Number(row.position));
}

async function poisoned(): Promise<number[]> {
  const rows = await projections.db
    .selectFrom('log_hits')
    .select('position')
    .where('duration_ms', '=', POISON_MS)
    .orderBy('position')
    .execute();
  return rows.map((row) => Number(row.position));
}

/** The reads of a generation, against the log without what is parked. */
async function expectRestCounted(generation: number): Promise<void> {
  const left = new Set(await parked());
  const rows = (await readLog(projections.db)).filter((row) => !left.has(Number(row.position)));
  await expectReadsEqualOracle(readsOfGeneration(projections.db, namesOf(generation)), rows, domainRules);
}

describe('a hit that the facts do not take', () => {
  it('is parked alone, and all others are counted', async () => {
    await site.append(...visits(40), poison(), ...visits(30, 'w'), poison(), poison(), ...visits(20, 'v'));
    const projector = projections.startProjector();
    await untilCaughtUp(projections.db);
    expect(await parked()).toEqual(await poisoned());
    expect(projector.errors).toHaveLength(3);
    expect(projector.errors[0]).toContain(`position ${(await poisoned())[0]} is parked`);
    await expectRestCounted(1);
  });

  it('is no reason to park another one, when a second worker has got past it meanwhile', async () => {
    await site.append(...visits(5), poison(), ...visits(30, 'w'));
    const position = BigInt((await poisoned())[0] ?? 0);
    const slow = projections.openFolding('slow');
    const fast = projections.openFolding('fast');
    await foldStep(fast.db, 1, { ...options, target: position - 1n });

    // The slow worker has failed and is about to park when the fast one, for which the hit is good, goes by.
    const folding = await projections.db.transaction().execute(async (tx) => {
      await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx);
      await sql`lock table projection_parked in share row exclusive mode`.execute(tx);
      const step = foldStepPastPoison(slow.db, 1, { ...options, maxBatch: 1 }, () => undefined);
      await untilBlocked();
      await sql`alter table ${namesOf(1)('hit')} drop constraint no_poison`.execute(projections.db);
      await foldStep(fast.db, 1, { ...options, target: position + 10n });
      return [step];
    });
    await Promise.all(folding);
    expect(await parked()).toEqual([]);
    await foldStep(fast.db, 1, options);
    await expectRestCounted(1);
  });
});

/** Waits until a statement waits for a lock. */
async function untilBlocked(): Promise<void> {
  for (;;) {
    const { rows } = await sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      .execute(projections.db);
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Counts events, and cannot count those that are named `boom`. */
const broken: View = {
  name: 'broken',
  version: 1,
  tables: ['broken'],
  create: async (tx, names) => {
    await sql`create table ${names('broken')} (site_id integer primary key, events integer not null)`.execute(tx);
  },
  fold: async (run, names) => {
    await run(sql`insert into ${names('broken')} as z select site_id, count(*) / min((event <> ${termId(sql`'boom'`)})::int) from batch_hit
      where event is not null group by 1
      on conflict (site_id) do update set events = z.events + excluded.events`);
  },
};
const mended: View = {
  ...broken,
  fold: async (run, names) => {
    await run(sql`insert into ${names('broken')} as z select site_id, count(*) from batch_hit
      where event is not null group by 1
      on conflict (site_id) do update set events = z.events + excluded.events`);
  },
};

describe('a view whose fold fails', () => {
  beforeEach(async () => {
    await projections.db.transaction().execute(async (tx) => {
      await broken.create(tx, namesOf(1));
      const row = { generation: 1, view: 'broken', version: 1, facts: 1, state: 'serving' as const, switched_at: null };
      await tx.insertInto('projection_views').values(row).execute();
    });
  });

  const counted = async (generation: number): Promise<unknown> => {
    const { rows } = await sql`select events from ${namesOf(generation)('broken')}`.execute(projections.db);
    return rows;
  };

  it('is suspended, parks nothing, and everything else goes on', async () => {
    const projector = projections.startProjector({ catalog: { ...CATALOG, views: [broken, ...VIEWS] } });
    await site.append(...visits(5), event('fine', { visitor: 'v 1' }), event('fine', { visitor: 'v 2' }));
    expect((await untilCaughtUp(projections.db)).suspended).toEqual([]);
    await site.append(...visits(10), event('boom', { visitor: 'v 3' }), ...visits(10, 'w'));
    expect((await untilCaughtUp(projections.db)).suspended).toEqual(['broken']);
    await site.append(event('fine', { visitor: 'w 1' }), ...visits(10));
    await untilCaughtUp(projections.db);
    expect(projector.errors).toEqual(['view broken failed: division by zero; it is suspended until a rebuild']);
    expect(await parked()).toEqual([]);
    expect(await counted(1)).toEqual([{ events: 2 }]);
    await expectRestCounted(1);
  });

  it('is made whole by a rebuild', async () => {
    const projector = projections.startProjector({ catalog: { ...CATALOG, views: [...VIEWS, broken] } });
    await site.append(event('fine'), event('boom'), event('fine'));
    expect((await untilCaughtUp(projections.db)).suspended).toEqual(['broken']);
    await projector.stop();
    const catalog = { ...CATALOG, views: [...VIEWS, mended] };
    const { state, generation: made } = await rebuildNow(projections.db, { url: database.url, catalog });
    const generation = made ?? 0;
    expect(state).toBe('switched');
    projections.startProjector({ catalog });
    expect((await untilCaughtUp(projections.db)).suspended).toEqual([]);
    expect(await counted(generation)).toEqual([{ events: 3 }]);
    await expectRestCounted(generation);
  });
});

/** Makes facts that do not take a poisoned hit; `visit` of them none of a visitor with eleven events or more. */
const strict: View = {
  name: 'strict',
  version: 1,
  tables: [],
  create: async (tx, names) => {
    await sql`alter table ${names('hit')} add constraint no_poison check (ms is distinct from ${sql.lit(POISON_MS)})`.execute(tx);
    await sql`alter table ${names('visit')} add constraint few_events check (events < 11)`.execute(tx);
  },
  fold: () => Promise.resolve(),
};

describe('a rebuild', () => {
  const catalog = { ...CATALOG, views: [...VIEWS, strict, broken] };

  it('parks what its facts do not take, alone, suspends a view that fails, and leaves out what was discarded', async () => {
    projections.startProjector();
    const many = Array.from({ length: 11 }, () => event('click', { visitor: 'v 3' }));
    await site.append(...visits(20), ...many, event('boom', { visitor: 'v 4' }), ...visits(9, 'w'));
    await untilCaughtUp(projections.db);
    await sql`alter table ${namesOf(1)('hit')} drop constraint no_poison`.execute(projections.db);
    await site.append(poison(), ...visits(9, 'x'), poison());
    await untilCaughtUp(projections.db);
    const [first, second] = await poisoned();
    await appendEvent(projections.db, {
      ...{ type: 'HitDiscarded', schemaVersion: 1, stream: PARKED_STREAM, expectedVersion: null, actor: 'cli:test' },
      ...{ commandId: randomUUID(), data: { position: String(second) } },
    });
    const { rebuildId } = await request(projections.db);
    const told: string[] = [];
    const done = await workOn(rebuildId, { url: database.url, catalog, hitsAChunk: 16, onMessage: (m) => told.push(m) });
    expect(done.state).toBe('different');

    // Of the eleven events the last one is too many.
    const events = await projections.db.selectFrom('log_hits').select('position').where('name', '=', 'click').orderBy('position').execute();
    expect(await parked()).toEqual([Number(events.at(-1)?.position), first]);
    expect(told.filter((one) => one.includes('parked'))).toHaveLength(2);
    const { rows } = await sql`select view from projection_suspended where generation = ${done.generation}`.execute(projections.db);
    expect(rows).toEqual([{ view: 'broken' }]);
    const left = new Set([...(await parked()), second]);
    const log = (await readLog(projections.db)).filter((row) => !left.has(Number(row.position)));
    await expectReadsEqualOracle(readsOfGeneration(projections.db, namesOf(done.generation ?? 0)), log, domainRules);
  }, 60_000);
});
