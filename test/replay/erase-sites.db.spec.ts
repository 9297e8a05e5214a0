import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import { deleteSite } from '../../src/commands/delete-site/delete-site.ts';
import { eraseSites, type EraseSitesOptions } from '../../src/jobs/erase-sites.ts';
import { agentIds } from '../../src/log/agents.ts';
import { appendHits } from '../../src/log/append-hits.ts';
import { saltFor } from '../../src/log/salts.ts';
import { openDatabase, type Db } from '../../src/platform/database.ts';
import { BUILD_SETTINGS } from '../../src/projections/build/build.ts';
import { createGeneration, ensureServing } from '../../src/projections/engine/generation.ts';
import { foldStep } from '../../src/projections/engine/step.ts';
import { advance } from '../../src/projections/rebuild/advance.ts';
import { buildChunk } from '../../src/projections/rebuild/build-chunk.ts';
import { startRebuild } from '../../src/projections/rebuild/start.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { engagement, event, given, pageView, type GivenHit, type GivenSite } from '../given.ts';
import { excludePaths } from '../laws/written-log.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';
import { findTraces } from '../setup/traces.ts';
import { compareWithOracle } from '../simulated/compare.ts';
import { projectionsOf, untilCaughtUp, type Projections } from './projections-of.ts';
import { rebuildNow, request, workOn } from './rebuilding.ts';
import { expectSameGenerations } from './same-generations.ts';

let database: TestDatabase;
let projections: Projections;
let db: Db;
let other: GivenSite;

beforeEach(async () => {
  database = await createTestDatabase();
  projections = projectionsOf(database.url);
  db = projections.db;
  await ensureServing(db, CATALOG);
  other = await given(db).site({ domain: 'other.example' });
  await other.append(...hitsOf('stays'));
});

afterEach(async () => {
  await projections.close();
  await database.drop();
});

const everybody = { siteIds: null, account: null, groups: null };
const options = (more: Partial<EraseSitesOptions> = {}): EraseSitesOptions => ({
  owner: db,
  clock: Date.now,
  log: { info: () => undefined },
  restMs: 0,
  chunk: 7,
  ...more,
});

/** One of every kind; each text that they bring has `mark` in it. */
function hitsOf(mark: string): GivenHit[] {
  const common = { hostname: `${mark}.example`, userAgent: `Mozilla/5.0 ${mark}`, query: `utm_campaign=${mark}&utm_term=t${mark}` };
  return [
    pageView(`/${mark}`, { ...common, visitor: 'a', referrer: `https://ref-${mark}.example`, props: { [mark]: mark } }),
    pageView(`/${mark}/2`, { ...common, visitor: 'a', country: 'DE', width: 300, vitals: { lcp: 1 }, seconds: 3 }),
    engagement(`/${mark}/2`, 12, { visitor: 'a' }),
    event(`${mark} event`, { ...common, visitor: 'b', clickId: 'gclid', verdict: null }),
    pageView(`/${mark}/prefetched`, { ...common, visitor: 'c', verdict: 1 }),
    pageView(`/${mark}`, { visitor: 'd', userAgent: 'curl/8.11.0' }),
    pageView(`/x${mark}`, { visitor: 'd' }),
  ];
}

async function remove(site: GivenSite): Promise<void> {
  const context = { actor: { kind: 'cli', name: 'cli:test' } as const };
  await deleteSite(db, { id: site.id, sight: everybody }, context, Date.now);
}

/** A site with something of it in every table that can have it. */
async function siteWithTraces(mark: string): Promise<GivenSite> {
  const site = await given(db).site({ domain: `${mark}.example`, name: mark });
  await excludePaths(db, site, [`/x${mark}`]);
  await db.updateTable('sites').set({ version: 2, excluded_paths: [`/x${mark}`] }).where('id', '=', site.id).execute();
  await site.append(...hitsOf(mark), ...hitsOf(mark));
  await saltFor(db, site.siteId, '2026-03-01', new Date('2026-03-03'));
  await sql`insert into drop_counts values (${site.siteId}, '2026-03-01', 'gpc', 3)`.execute(db);
  await sql`insert into command_results values
    ('cli:test', ${randomUUID()}, '\\x00', ${site.id}, ${JSON.stringify({ id: site.id, domain: site.domain })}, now()),
    ('cli:test', ${`deletes ${site.siteId}`}, '\\x00', ${site.id}, '{"version": 3}', now())`.execute(db);
  return site;
}

async function park(site: GivenSite): Promise<void> {
  await sql`insert into projection_parked select 1, min(position), ${`cannot fold /${site.domain}`}, now()
    from log_hits where site_id = ${site.siteId}`.execute(db);
  const error = `cannot fold /${site.domain}`;
  await sql`insert into projection_suspended values (99, ${site.domain.slice(-1)}, ${error}, now())
    on conflict (generation, view) do update set error = excluded.error`.execute(db);
}

async function erasedEvents(): Promise<unknown[]> {
  const rows = await db.selectFrom('log_events').selectAll().where('type', '=', 'SiteErased').orderBy('position').execute();
  return rows.map(({ data, actor, command, causation, stream }) => ({ data, actor, command, causation, stream }));
}

const deletionOf = async (site: GivenSite) =>
  (
    await db
      .selectFrom('log_events')
      .select('position')
      .where('type', '=', 'SiteDeleted')
      .where('stream', '=', `site:${site.id}`)
      .executeTakeFirstOrThrow()
  ).position;

async function expectNoHoles(): Promise<void> {
  const { rows } = await sql<{ count: string; last: string }>`
    select count(*) as count, max(position) as last from (
      select position from log_hits union all select position from log_events) x`.execute(db);
  expect(rows[0]?.count).toBe(rows[0]?.last);
}

async function expectGone(site: GivenSite, mark: string): Promise<void> {
  const traces = (await findTraces(db, [mark, site.id])).filter((trace) => !trace.startsWith('antics.log_events '));
  expect(traces).toEqual([]);
  const { rows } = await sql`select from log_hits where site_id = ${site.siteId}`.execute(db);
  expect(rows).toEqual([]);
}

describe('erasing a site', () => {
  it('leaves nothing of it but its audit trail, in any generation, and touches no other site', async () => {
    const site = await siteWithTraces('gonemark');
    await db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'ready' }));
    const retired = await db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'ready' }));
    projections.startProjector();
    await untilCaughtUp(db);
    await db.updateTable('projections').set({ state: 'previous' }).where('generation', '=', retired).execute();
    await park(site);
    await remove(site);
    const position = await deletionOf(site);
    expect(await eraseSites(options())).toBeNull();
    await expectGone(site, 'gonemark');
    await expectNoHoles();
    const data = { id: site.id, site_id: site.siteId, hits: 14 };
    expect(await erasedEvents()).toEqual([
      { data, actor: 'system', command: null, causation: position, stream: `site:${site.id}` },
    ]);
    // That it was made is still known, so that the same request does not make it anew.
    const { rows: kept } = await sql`select site, result from command_results order by result`.execute(db);
    expect(kept).toEqual([
      { site: null, result: { version: 3 } },
      { site: null, result: null },
    ]);

    const serving = await untilCaughtUp(db);
    await compareWithOracle(db, serving);
    const { rows: left } = await sql<{ generation: number }>`select generation from projections where state = 'ready'`.execute(db);
    expect(left).toHaveLength(1);
    const { generation } = await rebuildNow(db, { url: database.url });
    await untilCaughtUp(db);
    await expectSameGenerations(db, 1, generation ?? 0);
    await expectGone(site, 'gonemark');
    expect(await eraseSites(options())).toBeNull();
    expect(await erasedEvents()).toHaveLength(1);
  });

  it('blanks user agents that it alone had, and gives their text a new id', async () => {
    const site = await siteWithTraces('agentmark');
    const text = 'Mozilla/5.0 agentmark';
    const before = await agentIds(db, [text, 'curl/8.11.0']);
    await remove(site);
    await eraseSites(options());
    expect(await agentIds(db, ['curl/8.11.0'])).toEqual(new Map([['curl/8.11.0', before.get('curl/8.11.0')]]));
    const again = (await agentIds(db, [text])).get(text);
    expect(again).not.toBe(before.get(text));
    const blank = await db.selectFrom('agents').select('user_agent').where('agent_id', '=', before.get(text) ?? 0).execute();
    expect(blank).toEqual([{ user_agent: '(not recorded)' }]);
    // What a process that was stopped for long may still bring is folded all the same.
    const [late] = await other.newHits(pageView('/late'));
    if (late === undefined) throw new Error('no hit');
    await appendHits(db, randomUUID(), [{ ...late, agentId: before.get(text) ?? 0 }]);
    projections.startProjector();
    await compareWithOracle(db, await untilCaughtUp(db));
  });

  it('leaves a user agent alone with which another site is visited while it rests', async () => {
    const site = await siteWithTraces('restmark');
    const text = 'Mozilla/5.0 restmark';
    const [hit] = await other.newHits(pageView('/', { userAgent: text }));
    if (hit === undefined) throw new Error('no hit');
    await remove(site);
    const again = await eraseSites(options({ restMs: 60_000 }));
    expect(again?.getTime()).toBeGreaterThan(Date.now());
    expect(await erasedEvents()).toEqual([]);
    await appendHits(db, randomUUID(), [hit]);
    await sql`update erasures set rest_until = now()`.execute(db);
    expect(await eraseSites(options())).toBeNull();
    const kept = await db.selectFrom('agents').select('user_agent').where('agent_id', '=', hit.agentId).execute();
    expect(kept).toEqual([{ user_agent: text }]);
  });

  it('goes on where it was cut off, for two sites at once, and says the end of each once', async () => {
    const sites = [await siteWithTraces('onemark'), await siteWithTraces('twomark')];
    projections.startProjector();
    await untilCaughtUp(db);
    for (const site of sites) await remove(site);
    let cuts = 0;
    for (;;) {
      let chunks = 0;
      const onChunk = (): void => {
        if (++chunks > 1) throw new Error('killed');
      };
      const run = eraseSites(options({ onChunk }));
      if (await run.then(() => true, () => false)) break;
      cuts += 1;
      expect(cuts).toBeLessThan(500);
    }
    expect(cuts).toBeGreaterThan(5);
    expect(await erasedEvents()).toMatchObject(sites.map(({ siteId }) => ({ data: { site_id: siteId, hits: 14 } })));
    await expectGone(sites[0] as GivenSite, 'onemark');
    await expectGone(sites[1] as GivenSite, 'twomark');
    await expectNoHoles();
  });

  it('does no harm where two processes do it', async () => {
    const site = await siteWithTraces('twicemark');
    await remove(site);
    await Promise.all([eraseSites(options()), eraseSites(options({ chunk: 3 }))]);
    await eraseSites(options());
    expect(await erasedEvents()).toMatchObject([{ data: { hits: 14 } }]);
    await expectGone(site, 'twicemark');
  });

  it('waits for a fold that has read the hits, and removes what that wrote', async () => {
    const site = await siteWithTraces('foldmark');
    // Waits for as long as it takes, on a busy machine too.
    const folding = projections.openFolding('fold', { lockTimeoutMs: 0, idleInTransactionTimeoutMs: 0 });
    const slow = projections.openFolding('slow');
    await remove(site);
    // The fold is held up when it has read the batch and is about to write.
    let erased: Promise<unknown> | undefined;
    await db.transaction().execute(async (tx) => {
      await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx);
      await sql`lock table ${sql.table('projection_1.hit')} in share row exclusive mode`.execute(tx);
      const fold = foldStep(folding.db, 1, { catalog: CATALOG, maxBatch: 10_000 });
      await untilWaiting(slow.db, 1);
      erased = eraseSites(options());
      await untilWaiting(slow.db, 2);
      return [fold];
    }).then((folds) => Promise.all(folds));
    await erased;
    await expectGone(site, 'foldmark');
  });

  it('waits for chunks of a rebuild that have read the hits, and nothing of them comes back with later ones', async () => {
    const site = await siteWithTraces('chunkmark');
    projections.startProjector();
    await untilCaughtUp(db);
    const { rebuildId } = await request(db);
    await startRebuild(db, rebuildId, { catalog: CATALOG, spamHosts: [], hitsAChunk: 10 });
    const builder = openDatabase({ url: database.url, max: 1, applicationName: 'test', settings: BUILD_SETTINGS, onError: () => undefined });
    const chunk = (onBuilt?: () => Promise<void>) =>
      buildChunk(builder.db, rebuildId, { catalog: CATALOG, slots: 1, ...(onBuilt === undefined ? {} : { onBuilt }) });
    await chunk();
    await remove(site);
    // The second chunk has read the hits, and is committed when the erasure has been waiting for it.
    let erased: Promise<unknown> | undefined;
    await chunk(async () => {
      erased = eraseSites(options());
      await untilWaiting(db, 1);
    });
    await erased;
    for (;;) {
      if ((await chunk()) === 'done') continue;
      if (!(await advance(db, CATALOG, rebuildId))) break;
    }
    await builder.close();
    await expectGone(site, 'chunkmark');
    expect((await workOn(rebuildId, { url: database.url })).state).toBe('switched');
    await expectGone(site, 'chunkmark');
    await compareWithOracle(db, await untilCaughtUp(db));
  });

  it('works without the role of its own: the owner switches the triggers, and they are on again', async () => {
    for (const name of ['erase_hits(int, bigint, bigint)', 'erase_private(int)', 'retire_agents(int)', 'erase_agents(int)']) {
      await sql`alter function ${sql.raw(name)} owner to current_user`.execute(db);
    }
    const site = await siteWithTraces('ownermark');
    await remove(site);
    await eraseSites(options());
    await expectGone(site, 'ownermark');
    for (const table of ['log_hits', 'log_hits_00000', 'log_events', 'agents']) {
      await expect(sql`delete from ${sql.table(table)}`.execute(db)).rejects.toMatchObject({ code: 'AN003' });
    }
  });

  it('is of nothing that was not deleted', async () => {
    for (const id of [other.siteId, 0, -1]) {
      await expect(sql`select erase_hits(${id}::int, 0, 100)`.execute(db)).rejects.toMatchObject({ code: 'AN004' });
    }
    await expect(sql`delete from log_hits`.execute(db)).rejects.toMatchObject({ code: 'AN003' });
  });
});

async function untilWaiting(on: Db, count: number): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const { rows } = await sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(on);
    if (rows.length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nothing waits');
}
