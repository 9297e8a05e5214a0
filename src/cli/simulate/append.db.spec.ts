import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { HITS_PER_PARTITION } from '../../log/partitions.ts';
import { openDatabase, type Database } from '../../platform/database.ts';
import { appendTraffic } from './append.ts';
import { firstProfiles } from './profiles.ts';
import { simulateTraffic } from './traffic.ts';
import { watchPartitions } from './watch-partitions.ts';

let testDatabase: TestDatabase;
let owner: Database;
let writer: Database;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  const shared = { url: testDatabase.url, max: 2, onError: () => undefined };
  owner = openDatabase({ ...shared, applicationName: 'antics test owner' });
  writer = openDatabase({ ...shared, role: 'writer', applicationName: 'antics test writer' });
  await sql`insert into sites (site_id, id, domain, name, public, timezone, created_at, version)
    values (1, ${randomUUID()}::uuid, 'demo.example', 'Demo', false, 'UTC', now(), 1)`.execute(owner.db);
});

afterEach(async () => {
  await writer.close();
  await owner.close();
  await testDatabase.drop();
});

function traffic(hits: number) {
  const [profile] = firstProfiles(1);
  if (profile === undefined) throw new Error('no profile');
  const end = Date.now();
  const window = { start: end - 86_400_000, end };
  return simulateTraffic({ sites: [{ siteId: 1, profile }], hits, window, paths: 50, seed: 1, agentIds: new Map() });
}

it('appends every hit once although connections are lost under it', async () => {
  let killed = 0;
  let kills: Promise<unknown> = Promise.resolve();
  const result = await appendTraffic({
    db: writer.db,
    hits: traffic(40_000),
    onProgress: () => {
      const kill = async (): Promise<void> => {
        const { rows } = await sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'antics test writer'`.execute(owner.db);
        killed += rows.length;
      };
      kills = kills.then(kill);
    },
  });
  await kills;
  expect(killed).toBeGreaterThan(3);
  expect(result).toEqual({ appended: 40_000, rejected: 0 });
  const { rows } = await sql`select count(*)::int as hits, max(position)::int as head from log_hits`.execute(owner.db);
  expect(rows).toEqual([{ hits: 40_000, head: 40_000 }]);
});

it('appends a batch once although the answer to its COMMIT is lost', async () => {
  let lost = 0;
  const losesEverySecondAnswer = writer.db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: ({ result }) => {
      if ('first_position' in (result.rows[0] ?? {}) && lost++ % 2 === 0) {
        throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      }
      return Promise.resolve(result);
    },
  });
  const result = await appendTraffic({ db: losesEverySecondAnswer, hits: traffic(12_000) });
  expect(result.appended).toBe(12_000);
  expect(lost).toBe(6);
  const { rows } = await sql`select count(*)::int as hits from log_hits`.execute(owner.db);
  expect(rows).toEqual([{ hits: 12_000 }]);
});

it('tells at once what would fail again', async () => {
  const broken = Array.from(traffic(100), (hit) => ({ ...hit, day: 'yesterday-ish' }));
  const started = Date.now();
  await expect(appendTraffic({ db: writer.db, hits: broken })).rejects.toThrow('invalid input syntax for type date');
  expect(Date.now() - started).toBeLessThan(3000);
});

it('attaches partitions when less than one is left, and not before', async () => {
  const attached = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pg_inherits where inhparent = 'log_hits'::regclass`.execute(owner.db);
    return rows[0]?.count ?? 0;
  };
  const moveHeadTo = (position: number) =>
    sql`insert into log_events
        (position, recorded_at, stream, version, type, schema_version, actor, actor_kind, command_id, data)
      values (${position}, now(), 'log', ${position / 1000}, 'SaltsDestroyed', 1, 'system', 'system',
        ${randomUUID()}::uuid, '{}')`.execute(owner.db);
  const partitions = await watchPartitions(writer.db);
  expect(await attached()).toBe(3);

  const nearly = 2 * HITS_PER_PARTITION - 5000;
  await moveHeadTo(nearly);
  partitions.moveTo(BigInt(nearly));
  await partitions.makeRoom(5000);
  expect(await attached()).toBe(3);
  await partitions.makeRoom(5001);
  expect(await attached()).toBe(4);
});
