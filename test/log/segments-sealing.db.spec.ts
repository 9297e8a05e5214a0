import { setTimeout as pause } from 'node:timers/promises';

import { sql } from 'kysely';

import { readHead } from '../../src/log/head.ts';
import { readSealedHead, readUnsealed, SEAL_AGE_MS, sealSegment } from '../../src/log/segments/seal.ts';
import { createSealer, SEAL_EVERY_MS } from '../../src/log/segments/sealer.ts';
import { verifyLog } from '../../src/log/segments/verify-log.ts';
import { openDatabase, type Database, type Db } from '../../src/platform/database.ts';
import { given, pageView, type GivenSite } from '../given.ts';
import { GOLDEN } from './golden-digests.ts';
import { insertGoldenRows, readGoldenDigests } from './golden-rows.ts';
import { createLogDatabase, type LogDatabase } from './log-database.ts';
import { upTo } from './positions.ts';

let log: LogDatabase;
let owner: Database;
let db: Db;
let site: GivenSite;

beforeEach(async () => {
  log = await createLogDatabase();
  owner = log.open('owner');
  db = owner.db;
  site = await given(db).site();
});
afterEach(() => log.close());

const append = (hits: number) => site.append(...upTo(hits).map((n) => pageView(`/${n}`)));

async function untilSealed(): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 20) {
    if (BigInt((await readSealedHead(db))?.position ?? 0) === (await readHead(db))) return;
    await pause(20);
  }
  throw new Error('it is not sealed');
}

async function sizes(): Promise<number[]> {
  const { rows } = await sql<{ size: number }>`
    select (last_position - first_position + 1)::int as size from log_segments order by segment`.execute(db);
  return rows.map((row) => row.size);
}

describe('a segment', () => {
  it('is due with a quarter of the promised minute to spare', () => {
    expect(SEAL_AGE_MS + SEAL_EVERY_MS).toBeLessThanOrEqual(45_000);
  });

  it('is closed by its size, or else by the age of its first row', async () => {
    await append(24);
    for (const done of ['sealed', 'sealed', 'idle']) expect(await sealSegment(db, { size: 10 })).toBe(done);
    expect(await sizes()).toEqual([10, 10]);
    expect(await readUnsealed(db)).toEqual({ positions: 5, seconds: expect.any(Number) as number });
    for (const done of ['sealed', 'idle']) expect(await sealSegment(db, { size: 10, ageMs: 0 })).toBe(done);
    expect(await sizes()).toEqual([10, 10, 5]);
    expect(await verifyLog({ db })).toMatchObject({ intact: true, hits: 24, events: 1 });
  });

  it('ends where a partition ends, so that retention takes whole ones', async () => {
    await append(3);
    await sql`insert into log_hits select position + 9999998, recorded_at, occurred_at, visitor, site_id, agent_id, day,
      width, duration_ms, hour, scroll, verdict, country, hostname, pathname from log_hits`.execute(db);
    for (const done of ['sealed', 'sealed', 'idle']) expect(await sealSegment(db, { size: 20_000_000, ageMs: 0 })).toBe(done);
    expect(await sizes()).toEqual([9_999_999, 3]);
  });

  it('is sealed by nobody but the owner, under an isolation that sees what was committed, and never changed', async () => {
    await append(3);
    const blind = db.transaction().setIsolationLevel('repeatable read').execute((tx) => sealSegment(tx));
    await expect(blind).rejects.toMatchObject({ code: 'AN001' });
    await sealSegment(db, { ageMs: 0 });
    for (const role of ['writer', 'reader'] as const) {
      const other = log.open(role, 1).db;
      await expect(sealSegment(other)).rejects.toMatchObject({ code: '42501' });
      await expect(sql`select from log_site_keys`.execute(other)).rejects.toMatchObject({ code: '42501' });
      expect(await readSealedHead(other)).toMatchObject({ segment: 1, position: 4 });
    }
    for (const table of ['log_segments', 'log_segment_sites', 'log_segment_private']) {
      await expect(sql`truncate ${sql.table(table)}`.execute(db)).rejects.toMatchObject({ code: 'AN003' });
    }
    await expect(sql`delete from log_segments`.execute(db)).rejects.toMatchObject({ code: 'AN003' });
    await expect(sql`update log_segment_sites set rows = rows`.execute(db)).rejects.toMatchObject({ code: 'AN003' });
  });
});

it('digests are those that they were on every version so far, whatever the session’s settings', async () => {
  await insertGoldenRows(db);
  expect(await readGoldenDigests(db)).toEqual(GOLDEN);
  const settings = { timezone: 'Asia/Kathmandu', datestyle: 'German', bytea_output: 'escape', extra_float_digits: '0' };
  expect(await readGoldenDigests(log.open('owner', 1, settings).db)).toEqual(GOLDEN);
});

describe('sealers', () => {
  it('of several processes seal each row once, in one chain, while hits come in', async () => {
    const sealers = upTo(4).map(() => log.open('owner', 1).db);
    let appending = true;
    const sealing = sealers.map(async (one) => {
      const done: string[] = [];
      while (appending) done.push(await sealSegment(one, { size: 7, ageMs: 0 }));
      return done;
    });
    for (const _ of upTo(60)) await append(5);
    appending = false;
    const all = (await Promise.all(sealing)).flat();
    while ((await sealSegment(db, { size: 7, ageMs: 0 })) === 'sealed') continue;
    expect(all).toContain('busy');
    expect((await sizes()).reduce((a, b) => a + b)).toBe(301);
    expect(await verifyLog({ db, chunk: 30 })).toMatchObject({ intact: true, hits: 300, events: 1, position: 301 });
  });

  it('that are killed leave whole segments, and the next one goes on', async () => {
    for (const _ of upTo(6)) await append(1_000);
    let kills = 0;
    for (let round = 0; kills < 5 && round < 50; round++) {
      // What runs on it rejects besides.
      const killed = openDatabase({ url: log.url, max: 1, applicationName: 'killed', onError: () => undefined });
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(killed.db);
      const sealing = sealSegment(killed.db, { size: 400 }).then(() => 0, () => 1);
      await pause(round % 8);
      await sql`select pg_terminate_backend(${rows[0]?.pid ?? 0}::int)`.execute(db);
      kills += await sealing;
      await killed.close();
    }
    expect(kills).toBeGreaterThan(0);
    while ((await sealSegment(db, { size: 400, ageMs: 0 })) === 'sealed') continue;
    expect(await verifyLog({ db })).toMatchObject({ intact: true, position: 6_001, hits: 6_000 });
  });

  it('catch up with a log that was there before, and then seal what comes', async () => {
    await append(50);
    const errors: string[] = [];
    const sealer = createSealer({ db, size: 10, ageMs: 50, everyMs: 20, onError: (message) => errors.push(message) });
    sealer.start();
    await untilSealed();
    await append(1);
    await untilSealed();
    await sealer.stop();
    await sealer.stop();
    await append(1);
    await pause(150);
    expect(await readUnsealed(db)).toMatchObject({ positions: 1 });
    expect(errors).toEqual([]);
  });

  it('tell what hinders them, and go on when it is gone', async () => {
    await append(5);
    const errors: string[] = [];
    await sql`alter table log_segments rename to hidden`.execute(db);
    const sealer = createSealer({ db, ageMs: 0, everyMs: 20, onError: (message) => errors.push(message) });
    sealer.start();
    while (errors.length === 0) await pause(10);
    await sql`alter table hidden rename to log_segments`.execute(db);
    await untilSealed();
    await sealer.stop();
    expect(errors[0]).toMatch(/^the log is not sealed: .*"log_segments" does not exist/);
  });
});
