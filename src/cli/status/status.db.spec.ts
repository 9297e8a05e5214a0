import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { agentIds } from '../../log/agents.ts';
import { appendEvent } from '../../log/append-event.ts';
import { appendHits } from '../../log/append-hits.ts';
import type { NewHit } from '../../log/hit.ts';
import { openDatabase, type Database } from '../../platform/database.ts';
import { buildProgram, runProgram } from '../cli.ts';
import { readStatus } from './read-status.ts';

let testDatabase: TestDatabase;
let database: Database;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase({ url: testDatabase.url, max: 2, applicationName: 'antics test', onError: () => undefined });
});

afterEach(async () => {
  await database.close();
  await testDatabase.drop();
});

async function givenSite(): Promise<void> {
  await sql`insert into sites (site_id, id, domain, name, public, timezone, created_at, version)
    values (1, ${randomUUID()}::uuid, 'a.example', 'A', false, 'UTC', now(), 1)`.execute(database.db);
}

async function givenHits(count: number): Promise<void> {
  const hit: NewHit = {
    siteId: 1,
    visitor: 5n,
    occurredAt: Date.parse('2026-11-24T12:00:00Z'),
    day: '2026-11-24',
    hour: 12,
    agentId: 0,
    hostname: 'a.example',
    pathname: '/',
    query: null,
    clickId: null,
    referrer: null,
    country: null,
    width: null,
    durationMs: null,
    scroll: null,
    verdict: null,
    name: null,
    props: null,
    vitals: null,
    interactive: null,
    revenue: null,
    via: null,
  };
  await appendHits(database.db, randomUUID(), Array<NewHit>(count).fill(hit));
}

const givenEvent = () =>
  appendEvent(database.db, {
    stream: 'log',
    expectedVersion: null,
    type: 'SaltsDestroyed',
    schemaVersion: 1,
    actor: 'system',
    commandId: randomUUID(),
    data: { salts: [] },
  });

async function run(args: string[]): Promise<{ code: number; out: string; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const store = {
    db: database.db,
    place: 'db.example/antics',
    dataDir: '/nowhere',
    baseUrl: 'http://127.0.0.1:8480',
    close: () => Promise.resolve(),
  };
  const program = buildProgram({
    serve: () => Promise.resolve(),
    demo: () => Promise.resolve(),
    openStore: () => Promise.resolve(store),
    version: '1',
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    isTerminal: false,
  });
  const code = await runProgram(program, args, (line) => err.push(line));
  return { code, out: out.join('\n'), err };
}

describe('antics status', () => {
  it('answers for an empty database', async () => {
    expect(await readStatus(database.db)).toMatchObject({
      head: 0,
      hits: 0,
      events: 0,
      sites: 0,
      agents: 0,
      projections: [],
      refused_hosts: [],
    });
    const { code, out } = await run(['status']);
    expect(code).toBe(0);
    expect(out).toContain('db.example/antics');
    expect(out).toContain('No projection yet');
  });

  it('counts hits, events, sites and agents without reading the log', async () => {
    await givenSite();
    await givenEvent();
    await givenHits(7);
    await givenEvent();
    await givenHits(5);
    await givenEvent();
    await agentIds(database.db, ['one', 'two']);
    expect(await readStatus(database.db)).toMatchObject({ head: 15, hits: 12, events: 3, sites: 1, agents: 2 });
  });

  it('says since which position the log can be replayed, where hits are gone by retention', async () => {
    expect((await run(['status'])).out).not.toContain('replayable');
    await appendEvent(database.db, {
      stream: 'log',
      expectedVersion: null,
      type: 'LogTrimmed',
      schemaVersion: 1,
      actor: 'system',
      commandId: randomUUID(),
      data: { before: '10000000', hits: '9999990' },
    });
    expect((await readStatus(database.db)).replayable_since).toBe(10_000_000);
    expect((await run(['status'])).out).toMatch(/replayable +since position 10,000,000/);
  });

  it('says where every projection stands, what is parked and what is suspended', async () => {
    await givenSite();
    await givenHits(100);
    await sql`insert into projections (generation, state, rules_version, position, caught_up_at) values
      (1, 'serving', 3, 90, now() - interval '90 seconds'), (2, 'building', 4, 0, null),
      (3, 'previous', 2, 100, now() - interval '1 hour')`.execute(database.db);
    await sql`insert into projection_parked values (1, 17, 'odd', now()), (1, 18, 'odd', now())`.execute(database.db);
    await sql`insert into projection_suspended values (1, 'paths', ${'broken\u001b[2J'}, now())`.execute(database.db);
    const { projections } = await readStatus(database.db);
    expect(projections).toMatchObject([
      { generation: 1, position: 90, behind: 10, parked: 2, suspended: [{ view: 'paths' }] },
      { generation: 2, state: 'building', behind: 100, lag_seconds: null, parked: 0, suspended: [] },
      { generation: 3, behind: 0, lag_seconds: 0 },
    ]);
    expect(projections[0]?.lag_seconds).toBeGreaterThanOrEqual(90);
    expect(projections[0]?.lag_seconds).toBeLessThan(150);
    const { out } = await run(['status']);
    expect(out).toMatch(/^1 +serving +v3 +90 +10 +9\d\.\d s +2$/m);
    expect(out).toContain('never caught up');
    expect(out).toContain('Suspended in generation 1: paths (broken?[2J)');
  });

  it('says how far the erasure of a deleted site is', async () => {
    await sql`insert into erasures (site_id, id, position, upto, hits, rest_until) values
      (7, '01938b7a-0000-7000-8000-000000000007', 200, 90, 12, null),
      (8, '01938b7a-0000-7000-8000-000000000008', 300, 300, 4, '2026-11-24T10:00:00Z')`.execute(database.db);
    expect((await readStatus(database.db)).erasures).toMatchObject([
      { share: 0.45, hits: 12, rests_until: null },
      { share: 1, hits: 4, rests_until: '2026-11-24T10:00:00.000Z' },
    ]);
    const { out } = await run(['status']);
    expect(out).toContain('01938b7a-0000-7000-8000-000000000007  45 % of its positions, 12 hits');
    expect(out).toContain('01938b7a-0000-7000-8000-000000000008  done, ends after 2026-11-24T10:00:00.000Z, 4 hits');
  });

  it('adds up the sizes of the log’s partitions and of the projections’ schemas', async () => {
    await givenSite();
    await givenHits(2000);
    await sql`create schema projection_7`.execute(database.db);
    await sql`create table projection_7.hit as select i from generate_series(1, 10000) i`.execute(database.db);
    const { size } = await readStatus(database.db);
    const bytesOf = (name: string) => size.tables.find((table) => table.name === name)?.bytes;
    expect(bytesOf('log_hits')).toBeGreaterThan(2000 * 80);
    expect(bytesOf('projection_7')).toBeGreaterThan(300_000);
    expect(size.log_bytes).toBeGreaterThanOrEqual(bytesOf('log_hits') ?? 0);
    expect(size.database_bytes).toBeGreaterThan(size.log_bytes);
    expect(size.tables.filter(({ name }) => /^log_hits_/.test(name))).toEqual([]);
  });

  it('lists hosts that were refused with the command that adds each, safe to be pasted', async () => {
    await sql`insert into refused_hosts values ('www2.example', 5, '2026-11-24T10:00:00Z'),
      (${"x';reboot;'\u001b"}, 1, '2026-11-24T11:00:00Z')`.execute(database.db);
    const { out } = await run(['status']);
    const lines = out.slice(out.indexOf('Hosts that sent hits')).split('\n');
    expect(lines[1]).toBe("  x';reboot;'?  (1 hits, the last at 2026-11-24T11:00:00.000Z)");
    expect(lines[2]).toContain(String.raw`-d '{"domain":"x'\'';reboot;'\''`);
    expect(lines[4]).toContain(`-d '{"domain":"www2.example"}'`);
    expect(out).not.toContain('\u001b');
  });

  it('leaves out hosts that are sites by now', async () => {
    await givenSite();
    await sql`insert into refused_hosts values ('a.example', 5, now()), ('b.example', 1, now())`.execute(database.db);
    expect((await readStatus(database.db)).refused_hosts.map(({ host }) => host)).toEqual(['b.example']);
  });

  it('speaks JSON', async () => {
    await givenEvent();
    const { code, out } = await run(['status', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ database: 'db.example/antics', head: 1, events: 1, refused_hosts: [] });
  });
});
