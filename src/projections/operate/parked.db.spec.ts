import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import { event, given, pageView, type GivenHit, type GivenSite } from '../../../test/given.ts';
import { expectReadsEqualOracle } from '../../../test/laws/oracle-laws.ts';
import { readsOfGeneration } from '../../../test/laws/projection-reads.ts';
import { domainRules } from '../../../test/oracle/domain-rules.ts';
import { readLog } from '../../../test/oracle/log-row.ts';
import { projectionsOf, type Projections } from '../../../test/replay/projections-of.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import type { Db } from '../../platform/database.ts';
import { NotFound } from '../../platform/errors.ts';
import { createGeneration, ensureServing } from '../engine/generation.ts';
import { foldStepPastPoison } from '../engine/poison.ts';
import { countParked } from '../engine/status.read.ts';
import { namesOf } from '../facts/names.ts';
import { CATALOG } from '../views.ts';
import { discardParked, retryParked } from './parked.ts';
import { readParked } from './parked.read.ts';

const POISON_MS = 66_600;
const by = { actor: 'cli:test', commandId: randomUUID() };

let database: TestDatabase;
let projections: Projections;
let folding: Db;
let site: GivenSite;

beforeEach(async () => {
  database = await createTestDatabase();
  projections = projectionsOf(database.url);
  folding = projections.openFolding('test fold').db;
  await ensureServing(projections.db, CATALOG);
  await poisonous(1);
  site = await given(projections.db).site({ domain: 'a.example' });
});

afterEach(async () => {
  await projections.close();
  await database.drop();
});

/** Stands for whatever a table may one day not take. */
async function poisonous(generation: number): Promise<void> {
  await sql`alter table ${namesOf(generation)('hit')} add constraint no_poison check (ms is distinct from ${sql.lit(POISON_MS)})`
    .execute(projections.db);
}

async function mend(generation: number): Promise<void> {
  await sql`alter table ${namesOf(generation)('hit')} drop constraint no_poison`.execute(projections.db);
}

async function fold(generation: number): Promise<void> {
  for (;;) {
    const step = await foldStepPastPoison(folding, generation, { catalog: CATALOG, maxBatch: 10_000 }, () => undefined);
    if (step.kind === 'busy') throw new Error('nobody else folds here');
    if (step.atHead) return;
  }
}

/** Two visitors' afternoon; the hit in its middle joins two visits of one of them. */
const around = (): GivenHit[] => [
  pageView('/', { at: '2026-03-02T09:00Z', visitor: 'ann', referrer: 'https://google.com/' }),
  event('Signup', { at: '2026-03-02T09:40Z', visitor: 'ann' }),
  pageView('/pricing', { at: '2026-03-02T09:41Z', visitor: 'bob' }),
  pageView('/about', { at: '2026-03-02T09:42Z', visitor: 'ann' }),
];
const poison = (visitor = 'ann'): GivenHit =>
  pageView('/poison', { at: '2026-03-02T09:20Z', seconds: POISON_MS / 1000, visitor });

/** A log of which one hit is parked in generation 1: its position. */
async function givenParked(): Promise<number> {
  const [before = pageView('/'), ...after] = around();
  await site.append(before, poison(), ...after);
  await fold(1);
  const [hit, ...others] = await readParked(projections.db);
  if (hit === undefined || others.length > 0) throw new Error('one hit should be parked');
  return hit.position;
}

async function expectCounted(generation: number, without: readonly number[]): Promise<void> {
  const rows = (await readLog(projections.db)).filter((row) => !without.includes(Number(row.position)));
  await expectReadsEqualOracle(readsOfGeneration(projections.db, namesOf(generation)), rows, domainRules);
}

const discard = (position: number) =>
  projections.db.transaction().execute((tx) => discardParked(tx, BigInt(position), by));
const retry = (position: number) => retryParked(folding, CATALOG, BigInt(position));

const discards = async (): Promise<unknown[]> =>
  projections.db
    .selectFrom('log_events')
    .select(['actor', 'command', 'site', 'data', 'private'])
    .where('type', '=', 'HitDiscarded')
    .execute();

describe('a parked hit', () => {
  it('is listed with what it was, its error and where it is parked', async () => {
    const position = await givenParked();
    expect(await readParked(projections.db)).toEqual([
      {
        position,
        parked_at: expect.stringMatching(/^\d{4}-.*Z$/),
        error: expect.stringContaining('no_poison'),
        site_id: site.id,
        domain: 'a.example',
        pathname: '/poison',
        name: null,
        occurred_at: '2026-03-02T09:20:00.000Z',
        generations: [1],
      },
    ]);
    await expectCounted(1, [position]);
  });
});

describe('a retry', () => {
  it('folds the hit as a late one, as if it had never been parked, wherever the checkpoint is', async () => {
    const position = await givenParked();
    await mend(1);
    const at = await projections.db.selectFrom('projections').select('position').executeTakeFirst();
    const generations = [{ generation: 1, error: null }];
    expect(await retry(position)).toEqual({ position, folded: true, generations });
    expect(await countParked(projections.db)).toBe(0);
    await expectCounted(1, []);
    expect(await projections.db.selectFrom('projections').select('position').executeTakeFirst()).toEqual(at);
    await site.append(...around());
    await fold(1);
    await expectCounted(1, []);
    await expect(retry(position)).rejects.toThrow(NotFound);
  });

  it('that fails again leaves the figures and the parking as they were, with the new error', async () => {
    const position = await givenParked();
    await sql`alter table ${namesOf(1)('hit')} drop constraint no_poison,
      add constraint another_rule check (ms is distinct from ${sql.lit(POISON_MS)})`.execute(projections.db);
    const { folded, generations } = await retry(position);
    expect([folded, generations]).toEqual([false, [{ generation: 1, error: expect.stringContaining('another_rule') }]]);
    expect(await readParked(projections.db)).toMatchObject([{ position, error: expect.stringContaining('another_rule') }]);
    await expectCounted(1, [position]);
  });

  it('that fails in a view leaves it parked, and the view as good as it was', async () => {
    const position = await givenParked();
    await mend(1);
    const broken = { ...CATALOG.views[0]!, fold: () => Promise.reject(Object.assign(new Error('odd'), { code: '22012' })) };
    const catalog = { ...CATALOG, views: [broken, ...CATALOG.views.slice(1)] };
    const { folded } = await retryParked(folding, catalog, BigInt(position));
    expect(folded).toBe(false);
    expect(await projections.db.selectFrom('projection_suspended').selectAll().execute()).toEqual([]);
    expect(await readParked(projections.db)).toMatchObject([{ error: expect.stringContaining('odd') }]);
    await expectCounted(1, [position]);
  });

  it('reaches every generation where the hit is parked, and only these', async () => {
    const make = () => projections.db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'ready' }));
    const [second, third] = [await make(), await make()];
    await poisonous(second);
    const position = await givenParked();
    for (const generation of [second, third]) await fold(generation);
    expect(await readParked(projections.db)).toMatchObject([{ generations: [1, second] }]);
    await mend(1);
    const half = await retry(position);
    expect(half).toMatchObject({ folded: false, generations: [{ generation: 1, error: null }, { generation: second }] });
    await expectCounted(1, []);
    await expectCounted(second, [position]);
    await mend(second);
    expect(await retry(position)).toMatchObject({ folded: true, generations: [{ generation: second }] });
    for (const generation of [1, second, third]) await expectCounted(generation, []);
  });
});

describe('a discard', () => {
  it('is on record, takes the hit out of the gauge, and changes no figure', async () => {
    const position = await givenParked();
    expect(await discard(position)).toEqual({ position, discarded: true, recorded: true });
    expect(await discards()).toEqual([
      {
        actor: 'cli:test',
        command: 'DiscardHit',
        site: site.id,
        data: { position: String(position) },
        private: { before: { error: expect.stringContaining('no_poison') } },
      },
    ]);
    expect([await countParked(projections.db), await readParked(projections.db)]).toEqual([0, []]);
    await expectCounted(1, [position]);
    await expect(retry(position)).rejects.toThrow('No hit is parked at position');
  });

  it('done again records nothing, and of a hit that is not parked there is none', async () => {
    const position = await givenParked();
    await discard(position);
    expect(await discard(position)).toEqual({ position, discarded: true, recorded: false });
    expect(await discards()).toHaveLength(1);
    await expect(discard(position + 1)).rejects.toThrow(NotFound);
  });

  it('is honoured by what is folded later, though the hit could be folded there', async () => {
    const position = await givenParked();
    const behind = await projections.db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'ready' }));
    await discard(position);
    await fold(behind);
    await expectCounted(behind, [position]);
    expect(await readParked(projections.db)).toEqual([]);
  });
});
