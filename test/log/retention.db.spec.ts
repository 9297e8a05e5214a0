import { sql } from 'kysely';

import { ensureHitPartitions } from '../../src/log/partitions.ts';
import { readHead } from '../../src/log/head.ts';
import { readReplayableSince, trimLog } from '../../src/log/retention.ts';
import { verifyLog } from '../../src/log/segments/verify-log.ts';
import type { Db } from '../../src/platform/database.ts';
import { given, pageView, type GivenSite } from '../given.ts';
import { createLogDatabase, type LogDatabase } from './log-database.ts';
import { beginPartition, moveHead, PARTITION, sealAll } from './moved-head.ts';

let log: LogDatabase;
let db: Db;
let ann: GivenSite;
let bob: GivenSite;

/** Two partitions with hits behind the one with the head: ann's of January and February, bob's of January alone. */
beforeEach(async () => {
  log = await createLogDatabase();
  db = log.open('owner').db;
  ann = await given(db).site({ domain: 'ann.example' });
  bob = await given(db).site({ domain: 'bob.example' });
  await ann.append(pageView('/', { at: '2026-01-05' }), pageView('/a', { at: '2026-01-03' }));
  await bob.append(pageView('/', { at: '2026-01-09' }));
  await beginPartition(db, 1);
  await ann.append(pageView('/', { at: '2026-02-01' }));
  await beginPartition(db, 2);
  await ann.append(pageView('/', { at: '2026-02-02' }));
  await ensureHitPartitions(db);
  await sealAll(db);
  await stand(Number(await readHead(db)));
});

afterEach(() => log.close());

/** What serves stands at a position. */
async function stand(position: number): Promise<void> {
  await sql`insert into projections (generation, state, rules_version, position) values (1, 'serving', 1, ${position})
    on conflict (generation) do update set position = excluded.position`.execute(db);
}

const trim = (o: { days?: number; attempts?: number } = {}) => trimLog({ db, days: 0, pauseMs: () => 1, attempts: 3, ...o });

async function partitions(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select inhrelid::regclass::text as name from pg_inherits
    where inhparent = 'log_hits'::regclass order by 1`.execute(db);
  return rows.map((row) => row.name.replace('antics.', ''));
}

const frozen = async () => (await sql`select site_id, day from log_frozen order by 1`.execute(db)).rows;

describe('the retention of hits', () => {
  it('drops partitions behind the head, says so in the log, and remembers the last day that each site lost', async () => {
    expect(await readReplayableSince(db)).toBe(1);
    expect(await trim()).toEqual({
      trimmed: [
        { before: BigInt(PARTITION), hits: 3n },
        { before: BigInt(2 * PARTITION), hits: 1n },
      ],
      kept: null,
    });
    expect(await partitions()).toEqual(['log_hits_00002', 'log_hits_00003', 'log_hits_00004']);
    expect(await frozen()).toEqual([
      { site_id: ann.siteId, day: '2026-02-01' },
      { site_id: bob.siteId, day: '2026-01-09' },
    ]);
    expect(await readReplayableSince(db)).toBe(2 * PARTITION);
    const { rows } = await sql`select data from log_events where type = 'LogTrimmed' order by position`.execute(db);
    expect(rows).toEqual([
      { data: { before: String(PARTITION), hits: '3' } },
      { data: { before: String(2 * PARTITION), hits: '1' } },
    ]);
    expect(await trim()).toEqual({ trimmed: [], kept: null });
  });

  it('leaves a log that goes on, that makes no dropped partition again, and that verifies', async () => {
    await trim();
    const head = await readHead(db);
    const appended = await ann.append(pageView('/', { at: '2026-02-03' }));
    expect(appended.firstPosition).toBe(head + 1n);
    expect(await ensureHitPartitions(db)).toBe(0);
    expect(await partitions()).toHaveLength(3);
    await sealAll(db);
    const verified = await verifyLog({ db });
    expect(verified.problems).toEqual([]);
    expect(verified.trimmed).toMatchObject({ before: 2 * PARTITION, hits: 4 });
    expect(verified.replayable_since).toBe(2 * PARTITION);
  });

  it('goes by the age of the newest row', async () => {
    await sql`alter table log_hits_00000 disable trigger user; `.execute(db);
    await sql`alter table log_events disable trigger user`.execute(db);
    await sql`update log_hits_00000 set recorded_at = recorded_at - interval '30 days'`.execute(db);
    await sql`update log_events set recorded_at = recorded_at - interval '30 days' where position < ${PARTITION}`.execute(db);
    expect(await trim({ days: 31 })).toEqual({ trimmed: [], kept: null });
    expect((await trim({ days: 29 })).trimmed).toEqual([{ before: BigInt(PARTITION), hits: 3n }]);
  });

  it.each([
    ['a generation has not folded', () => stand(PARTITION - 2), /^generation 1 \(serving\) stands at position 9999998$/],
    [
      'a generation is built from',
      () => sql`insert into projections (generation, state, rules_version, position)
        values (2, 'building', 1, ${3 * PARTITION})`.execute(db),
      /^generation 2 \(building\)/,
    ],
    ['nothing has folded at all', () => sql`delete from projections`.execute(db), /^no projection serves$/],
    [
      'are parked',
      () => sql`insert into projection_parked (generation, position, error, parked_at) values (1, 3, '', now())`.execute(db),
      /^position 3 is parked in generation 1/,
    ],
    [
      'a site is just being erased from',
      () => sql`insert into erasures (site_id, id, position) values (${bob.siteId}, ${bob.id}, 9)`.execute(db),
      /^the erasure of site/,
    ],
    [
      'are not sealed',
      () => sql.raw('alter table log_segments disable trigger user; delete from log_segments where segment > 0').execute(db),
      /^not all of them are sealed$/,
    ],
  ])('keeps hits that %s', async (_, prepare, why) => {
    await prepare();
    const { trimmed, kept } = await trim();
    expect(trimmed).toEqual([]);
    expect(kept).toMatch(why);
    expect(await partitions()).toHaveLength(5);
    await expect(sql`select drop_hit_partition(0, '{}', '{}')`.execute(db)).rejects.toMatchObject({ code: 'AN005' });
  });

  it('never takes what lies beyond another partition, nor the one with the head', async () => {
    for (const partition of [1, 2]) {
      await expect(sql`select drop_hit_partition(${partition}, '{}', '{}')`.execute(db)).rejects.toThrow('not the oldest');
    }
    await trim();
    await moveHead(db, 3 * PARTITION - 1);
    await stand(3 * PARTITION);
    await sealAll(db);
    expect((await trim()).trimmed).toEqual([]);
    await expect(sql`select drop_hit_partition(2, '{}', '{}')`.execute(db)).rejects.toMatchObject({ code: 'AN005' });
  });

  it('forgets days of a site that is deleted meanwhile', async () => {
    await sql`delete from sites where site_id = ${bob.siteId}`.execute(db);
    await trim();
    expect(await frozen()).toEqual([{ site_id: ann.siteId, day: '2026-02-01' }]);
  });

  it('waits for readers of the log only for a moment, and comes again', async () => {
    const reading = log.open('reader', 1);
    const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const read = reading.db.transaction().execute(async (tx) => {
      await sql`select count(*) from log_hits`.execute(tx);
      begun.resolve();
      await held.promise;
    });
    await begun.promise;
    const attempt = trim({ attempts: 1 });
    // Appends wait no longer than the attempt.
    await ann.append(pageView('/', { at: '2026-02-03' }));
    const { kept } = await attempt;
    const left = [(await partitions()).length, await frozen()];
    held.resolve();
    await read;
    expect(kept).toMatch(/lock/);
    expect(left).toEqual([5, []]);
    expect((await trim()).trimmed).toHaveLength(2);
  });

  it('is for the owner alone', async () => {
    for (const role of ['writer', 'reader'] as const) {
      const { db: other } = log.open(role, 1);
      await expect(sql`select drop_hit_partition(0, '{}', '{}')`.execute(other)).rejects.toThrow('permission denied');
      await expect(sql`drop table log_hits_00000`.execute(other)).rejects.toThrow('must be owner');
      await expect(sql`alter table log_hits detach partition log_hits_00000`.execute(other)).rejects.toThrow('must be owner');
    }
  });
});
