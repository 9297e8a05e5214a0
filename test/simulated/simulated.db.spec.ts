import { createSite } from '../../src/commands/create-site/create-site.ts';
import { simulate } from '../../src/cli/simulate/simulate.ts';
import type { Db } from '../../src/platform/database.ts';
import { ensureServing } from '../../src/projections/engine/generation.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { projectionsOf, untilCaughtUp, type Projections } from '../replay/projections-of.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';
import { compareWithOracle } from './compare.ts';

const actor = 'cli:test';

/** 40 days up to then hold a day of 25 hours in Berlin and New York, and one of 23.5 hours on Lord Howe. */
const NOVEMBER = Date.UTC(2025, 10, 10, 12);

const ZONES = {
  'demo.example': 'Europe/Berlin',
  'shop.example': 'America/New_York',
  'news.example': 'Asia/Kathmandu',
  'docs.example': 'Australia/Lord_Howe',
};

let database: TestDatabase;
let projections: Projections;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  projections = projectionsOf(database.url);
  db = projections.db;
  for (const [domain, timezone] of Object.entries(ZONES)) {
    await createSite(db, { domain, timezone }, { actor: { name: actor, kind: 'cli' } }, () => NOVEMBER - 41 * 86_400_000);
  }
  await ensureServing(db, CATALOG);
});

afterAll(async () => {
  await projections.close();
  await database.drop();
});

async function simulateUpTo(now: number, options: { hits: number; days: number; seed: number }): Promise<void> {
  const { now: clock } = Date;
  Date.now = () => now;
  try {
    await simulate(db, { ...options, sites: 4, actor });
  } finally {
    Date.now = clock;
  }
}

describe('figures of simulated traffic', () => {
  it('equal the recount of the log, folded while it grew: 40 days, more of them that comes in late, and now', async () => {
    const projector = projections.startProjector();
    await simulateUpTo(NOVEMBER, { hits: 60_000, days: 40, seed: 11 });
    await simulateUpTo(NOVEMBER - 3_600_000, { hits: 3_000, days: 3, seed: 12 });
    await simulateUpTo(Date.now(), { hits: 2_000, days: 2, seed: 13 });
    const compared = await compareWithOracle(db, await untilCaughtUp(db));
    // Traffic is made in this process too: on a busy machine a transaction may stand idle for longer than the server
    // allows, and is folded anew.
    expect(projector.errors.filter((error) => !error.includes('not queryable'))).toEqual([]);
    expect(projector.folded.length).toBeGreaterThan(1);
    expect(compared).toBeGreaterThan(100_000);
  }, 180_000);
});
