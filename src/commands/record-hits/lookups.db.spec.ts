import { sql } from 'kysely';

import { FIREFOX } from '../../../test/given.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { openDatabase, type Database } from '../../platform/database.ts';
import { Unavailable } from '../../platform/errors.ts';
import { agentCache } from './agent-cache.ts';
import { saltCache } from './salt-cache.ts';

const NOW = Date.parse('2026-03-01T22:30:00Z');

let clone: TestDatabase;
let owner: Database;
let writer: Database;
beforeAll(async () => {
  clone = await createTestDatabase();
  const options = { url: clone.url, max: 4, applicationName: 'antics test', onError: () => undefined };
  owner = openDatabase(options);
  writer = openDatabase({ ...options, role: 'writer' });
});
afterAll(async () => {
  await writer.close();
  await owner.close();
  await clone.drop();
});

describe('user agents', () => {
  it('are looked up once, cut, and known at once from then on', async () => {
    const agentOf = agentCache(writer.db);
    const first = agentOf(FIREFOX);
    expect(first).toBeInstanceOf(Promise);
    const known = await first;
    expect(known).toMatchObject({ userAgent: FIREFOX, bot: false });
    expect(known.agentId).toBeGreaterThan(0);
    expect(agentOf(FIREFOX)).toEqual(known);

    const long = await agentOf(`Mozilla/5.0 \ud83d\0${'x'.repeat(9_000)}`);
    expect(long.userAgent).toHaveLength(512);
    expect(long.userAgent.startsWith('Mozilla/5.0 \ufffdxxx')).toBe(true);
    expect(await agentOf('')).toMatchObject({ userAgent: '', bot: true });
  });

  it('are asked for again after five seconds, so that nobody goes on with a retired id', async () => {
    let now = 1_000;
    const agentOf = agentCache(writer.db, () => now);
    const text = 'Mozilla/5.0 soon retired';
    const first = await agentOf(text);
    await sql`alter table agents disable trigger append_only`.execute(owner.db);
    await sql`update agents set retired_at = now() where agent_id = ${first.agentId}`.execute(owner.db);
    await sql`alter table agents enable always trigger append_only`.execute(owner.db);
    now += 4_999;
    expect(agentOf(text)).toEqual(first);
    now += 1;
    const second = await agentOf(text);
    expect(second).toMatchObject({ userAgent: text, bot: false });
    expect(second.agentId).not.toBe(first.agentId);
    expect(await agentOf(text)).toEqual(second);
  });

  it('have one id, asked for by many at once', async () => {
    const agentOf = agentCache(writer.db);
    const found = await Promise.all(Array.from({ length: 500 }, async (_, i) => agentOf(`Browser/${i % 10}`)));
    expect(new Set(found.map((agent) => agent.agentId)).size).toBe(10);
  });
});

describe('salts', () => {
  const site = { siteId: 77, timezone: 'Europe/Berlin' };

  it('are drawn once a site and day, whichever process asks', async () => {
    const caches = [saltCache(writer.db, () => NOW), saltCache(writer.db, () => NOW)];
    const salts = await Promise.all([...caches, ...caches].map(async (cache) => cache.get(site, '2026-03-01')));
    expect(new Set(salts.map((salt) => salt.toString('hex'))).size).toBe(1);
    expect(caches[0]?.get(site, '2026-03-01')).toEqual(salts[0]);
    expect(await caches[0]?.get(site, '2026-03-02')).not.toEqual(salts[0]);
  });

  it('of today and yesterday are kept side by side, and no more than three days of a site', async () => {
    const cache = saltCache(writer.db, () => NOW);
    const days = ['2026-03-01', '2026-02-28', '2026-03-02', '2026-03-03'];
    for (const day of days) await cache.get(site, day);
    for (const day of ['2026-03-01', '2026-03-02', '2026-03-03']) expect(cache.get(site, day)).toBeInstanceOf(Buffer);
    const oldest = cache.get(site, '2026-02-28');
    expect(oldest).toBeInstanceOf(Promise);
    await oldest;
  });

  it('expire 24 hours after the day ended at the site, in memory too', async () => {
    let now = NOW;
    const cache = saltCache(writer.db, () => now);
    await cache.get(site, '2026-03-28');
    const { rows } = await sql`select expires_at from salts where site_id = 77 and day = '2026-03-28'`.execute(owner.db);
    const end = Date.parse('2026-03-29T23:00:00Z'); // 24 hours of time, on the day of 23
    expect(rows).toEqual([{ expires_at: new Date(end) }]);
    now = end - 1;
    cache.purge();
    expect(cache.get(site, '2026-03-28')).toBeInstanceOf(Buffer);
    now = end;
    cache.purge();
    const again = cache.get(site, '2026-03-28');
    expect(again).toBeInstanceOf(Promise);
    await again;
  });

  it('reject with Unavailable, and are asked for again', async () => {
    const away = openDatabase({ url: clone.url, max: 1, applicationName: 'antics test', onError: () => undefined });
    await away.close();
    const cache = saltCache(away.db, () => NOW);
    await expect(cache.get(site, '2026-03-01')).rejects.toThrow(Unavailable);
    await expect(cache.get(site, '2026-03-01')).rejects.toThrow(Unavailable);
  });
});
