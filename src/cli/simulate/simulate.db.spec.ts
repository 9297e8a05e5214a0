import { sql } from 'kysely';

import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { openDatabase, type Database } from '../../platform/database.ts';
import { seedDemo } from './demo.ts';
import { simulate } from './simulate.ts';

let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase({
    url: testDatabase.url,
    role: 'writer',
    max: 3,
    applicationName: 'antics test',
    onError: () => undefined,
  });
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

interface Logged {
  hits: number;
  sites: number;
  visitors: number;
  agents: number;
  last: number;
}

async function logged(): Promise<Logged> {
  const { rows } = await sql<Logged>`
    select count(*)::int as hits, count(distinct site_id)::int as sites, count(distinct visitor)::int as visitors,
      count(distinct agent_id)::int as agents, coalesce(max(position), 0)::int as last
    from log_hits`.execute(database.db);
  return rows[0] as Logged;
}

const actor = 'cli:test';

describe('antics simulate', () => {
  it('appends exactly the hits asked for, to sites that it makes', async () => {
    const steps: number[] = [];
    const result = await simulate(database.db, {
      hits: 20_000,
      days: 10,
      sites: 3,
      seed: 1,
      actor,
      onProgress: (appended) => steps.push(appended),
    });
    expect(result).toMatchObject({ appended: 20_000, rejected: 0 });
    expect(result.sites.map(({ domain, isNew }) => [domain, isNew])).toEqual([
      ['demo.example', true],
      ['shop.example', true],
      ['news.example', true],
    ]);
    const { rows: made } = await sql`select type, actor from log_events`.execute(database.db);
    expect(made).toEqual(Array(3).fill({ type: 'SiteCreated', actor }));
    expect(steps).toEqual([5000, 10_000, 15_000, 20_000]);
    const found = await logged();
    expect(found).toMatchObject({ hits: 20_000, sites: 3, last: 20_003 });
    expect(found.agents).toBeGreaterThan(50);
  });

  it('tells local days and hours as the database does, and happened within the window', async () => {
    const { rows } = await sql`
      select from log_hits join sites using (site_id)
      where day <> (occurred_at at time zone timezone)::date
        or hour <> extract(hour from occurred_at at time zone timezone)
        or occurred_at > now() or occurred_at < now() - interval '10 days 10 minutes'`.execute(database.db);
    expect(rows).toEqual([]);
  });

  it('adds to its sites when run again, with visitors of its own, and makes those that are missing', async () => {
    const before = await logged();
    const result = await simulate(database.db, { hits: 7001, days: 10, sites: 4, seed: 1, actor });
    expect(result.sites.map((site) => site.isNew)).toEqual([false, false, false, true]);
    const after = await logged();
    expect(after).toMatchObject({ hits: before.hits + 7001, sites: 4 });
    expect(after.visitors).toBeGreaterThan(before.visitors + 500);
    const { rows } = await sql`
      select visitor from log_hits group by visitor
      having min(position) <= ${before.last} and max(position) > ${before.last}`.execute(database.db);
    expect(rows).toEqual([]);
  });

  it('ends after the batches on their way when asked to', async () => {
    const before = await logged();
    const controller = new AbortController();
    const { signal } = controller;
    const onProgress = () => controller.abort();
    const result = await simulate(database.db, { hits: 50_000, days: 2, sites: 1, seed: 3, actor, signal, onProgress });
    expect(result.appended).toBeGreaterThanOrEqual(5000);
    expect(result.appended).toBeLessThanOrEqual(15_000);
    expect((await logged()).hits).toBe(before.hits + result.appended);
  });

  it('goes on without a site that is deleted meanwhile, and says how many hits that cost', async () => {
    const before = await logged();
    let deleted: Promise<unknown> | undefined;
    const result = await simulate(database.db, {
      hits: 30_000,
      days: 5,
      sites: 2,
      seed: 4,
      actor,
      onProgress: () => {
        deleted ??= sql`delete from sites where domain = 'shop.example'`.execute(database.db);
      },
    });
    await deleted;
    expect(result.appended + result.rejected).toBe(30_000);
    expect(result.rejected).toBeGreaterThan(1000);
    expect((await logged()).hits).toBe(before.hits + result.appended);
  });
});

describe('the demo', () => {
  it('fills a public demo.example once', async () => {
    await sql`delete from sites where domain = 'demo.example'`.execute(database.db);
    const before = await logged();
    const first = await seedDemo(database.db, { actor, hits: 2000 });
    expect(first).toMatchObject({ domain: 'demo.example', simulated: { appended: 2000 } });
    const { rows } = await sql`select public from sites where id = ${first.id}::uuid`.execute(database.db);
    expect(rows).toEqual([{ public: true }]);
    const second = await seedDemo(database.db, { actor, hits: 2000 });
    expect(second).toEqual({ id: first.id, domain: 'demo.example', simulated: null });
    expect((await logged()).hits).toBe(before.hits + 2000);
  });
});
