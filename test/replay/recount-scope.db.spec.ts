import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import { rulesV1 } from '../../src/domain/rules/v1/rules.ts';
import { appendEvent } from '../../src/log/append-event.ts';
import type { Db } from '../../src/platform/database.ts';
import { VIEWS } from '../../src/projections/views.ts';
import { HARD_CASES } from '../laws/hard-cases.ts';
import { writeLog } from '../laws/written-log.ts';
import { engagement, event, FIREFOX, given, pageView, type GivenSite } from '../given.ts';
import { openRecountDatabase, told, type RecountDatabase } from './recount-database.ts';

let database: RecountDatabase;
let db: Db;
beforeEach(async () => {
  database = await openRecountDatabase();
  db = database.db;
});
afterEach(() => database.close());

async function visited(): Promise<GivenSite> {
  const site = await given(db).site();
  await site.append(
    pageView('/', { at: '2026-03-02T09:00', visitor: 'ann', country: 'DE', referrer: 'https://google.com', width: 400 }),
    pageView('/pricing', { at: '2026-03-02T09:01', visitor: 'ann' }),
    event('Signup', { at: '2026-03-02T09:02', visitor: 'ann' }),
    pageView('/', { at: '2026-03-12T09:00', visitor: 'bob' }),
  );
  return site;
}

/** Changes a figure, counts anew, and undoes it. */
async function toldOf(table: string, set: string, where: string, site?: GivenSite): Promise<string[]> {
  const undo = await database.change(table, `update t set ${set} where ${where}`);
  const report = await database.recount(site === undefined ? {} : { siteId: site.siteId });
  await undo();
  return told(report);
}

it('names what differs by the texts that an operator knows', async () => {
  const { siteId } = await visited();
  await database.fold();
  const at = `site ${siteId} 2026-03-02`;
  expect(await toldOf('pages_day', 'entries = 3', 'entries = 1 and day = \'2026-03-02\'')).toEqual([
    `${at} pages_day / entries: 1 expected, 3 found`,
  ]);
  expect(await toldOf('paths_day', 'visits = 7', 'cardinality(steps) = 2')).toEqual([
    `${at} paths_day / -> /pricing visits: 1 expected, 7 found`,
  ]);
  const metrics = [['referrer', 'Google'], ['country', 'DE'], ['browser', 'Firefox'], ['device', 'mobile']];
  const others = [['channel', 'Organic Search'], ['event', 'Signup']];
  const changed = await toldOf('breakdown_day', 'bounces = 5', `metric in (2, 3, 4, 6, 7, 8) and day = '2026-03-02'`);
  expect(changed.sort()).toEqual(
    [...metrics, ...others].map((key) => `${at} breakdown_day ${key.join(' ')} bounces: 0 expected, 5 found`).sort(),
  );
  expect(await toldOf('summary_hour', 'events = 0', 'events = 1')).toEqual([
    `${at} summary_hour 9 events: 1 expected, 0 found`,
  ]);
  expect(await toldOf('pages_third', 'ms = 1', 'entries = 1')).toEqual([
    `site ${siteId} 2026-03-01 pages_third / ms: 0 expected, 1 found`,
  ]);
});

it('finds a visitor of the last day who was seen at another time, is missing, or was never there', async () => {
  const site = await given(db).site();
  await site.append(pageView('/'), pageView('/', { at: Date.now() - 90_000_000, visitor: 'long gone' }));
  await database.fold();
  expect(told(await database.recount({ view: 'live' }))).toEqual([]);
  const visitor = `site ${site.siteId} live \\S+`;
  expect(await toldOf('live', `last_at = last_at - interval '1 second'`, 'true')).toEqual([
    expect.stringMatching(`${visitor} last_at: \\S+ \\S+ expected, \\S+ \\S+ found`),
  ]);
  const undo = await database.change('live', 'delete from t');
  expect(told(await database.recount())).toContainEqual(expect.stringMatching(`${visitor} rows: 1 expected, 0 found`));
  await undo();
  await database.change('live', `insert into t values (42, now(), ${site.siteId})`);
  expect(told(await database.recount())).toContain(`site ${site.siteId} live 42 rows: 0 expected, 1 found`);
});

it('is of one moment, while hits come in and are folded', async () => {
  const site = await visited();
  const projector = database.startProjector();
  let coming = true;
  const visits = (async () => {
    for (let i = 0; coming; i++) await site.append(pageView(`/${i % 3}`, { visitor: String(i % 7) }));
  })();
  const reports = [await database.recount()];
  // On a busy machine the projector may fold nothing during two recounts; it does within the time of a test.
  while (reports.length < 3 || reports.at(-1)?.position === reports[0]?.position) {
    reports.push(await database.recount());
  }
  coming = false;
  await visits;
  await projector.stop();
  expect(reports.flatMap(told)).toEqual([]);
  const positions = reports.map(({ position }) => position);
  expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  expect(projector.errors).toEqual([]);
});

it('leaves out what is parked, discarded, not folded yet, or suspended', async () => {
  const site = await visited();
  const { lastPosition } = await site.append(pageView('/', { at: '2026-03-02T23:00', visitor: 'eve' }));
  const [parked, discarded] = [String(lastPosition), String((lastPosition ?? 0n) - 1n)];
  await sql`insert into projection_parked (generation, position, error, parked_at)
    values (1, ${parked}::bigint, 'it is poison', now()), (1, ${discarded}::bigint, 'so is it', now())`.execute(db);
  await database.fold();
  expect(told(await database.recount())).toEqual([]);
  await sql`delete from projection_parked where position = ${discarded}::bigint`.execute(db);
  expect(told(await database.recount())).not.toEqual([]);
  await discard(db, discarded);
  expect(told(await database.recount())).toEqual([]);

  await site.append(pageView('/late', { at: '2026-03-02T09:00' }));
  expect(told(await database.recount())).toEqual([]);
  await sql`insert into projection_suspended (generation, view, error, suspended_at) values (1, 'paths', 'no', now())`.execute(db);
  const report = await database.recount();
  expect(report.views.map(({ view }) => view)).not.toContain('paths');
  expect(report.leftOut).toEqual(['paths: it is suspended, and answers nothing until a rebuild']);
});

/** The event of the operator's command. */
async function discard(db: Db, position: string): Promise<void> {
  const { rows } = await sql<{ head: string }>`select log_head() as head`.execute(db);
  await sql`insert into log_events (position, recorded_at, stream, version, type, schema_version, actor, actor_kind,
      command_id, data)
    values (${rows[0]?.head}::bigint + 1, clock_timestamp(), 'projection:all', 1, 'HitDiscarded', 1, 'system', 'system',
      ${randomUUID()}, ${JSON.stringify({ position })}::jsonb)`.execute(db);
  await database.fold();
}

it('leaves out a site that is being erased, whose log and views are without it at different moments', async () => {
  const site = await visited();
  await database.fold();
  await database.change('summary_day', 'delete from t');
  expect(told(await database.recount())).not.toEqual([]);
  await appendEvent(db, {
    stream: `site:${site.id}`,
    expectedVersion: null,
    type: 'SiteDeleted',
    schemaVersion: 1,
    actor: 'system',
    commandId: randomUUID(),
    data: { id: site.id, site_id: site.siteId },
  });
  expect(told(await database.recount())).toEqual([]);
});

it('leaves out days that are no more in the log, and says so', async () => {
  const site = await visited();
  await database.fold();
  await database.change('summary_day', 'update t set visits = 9 where day = \'2026-03-02\'');
  const frozen = (day: string) => sql`insert into log_frozen (site_id, day) values (${site.siteId}, ${day}::date)
    on conflict (site_id) do update set day = excluded.day`.execute(db);
  await frozen('2026-03-01');
  expect(told(await database.recount())).toEqual([`site ${site.siteId} 2026-03-02 summary_day visits: 1 expected, 9 found`]);
  await frozen('2026-03-02');
  const report = await database.recount();
  expect(told(report)).toEqual([]);
  expect(report.hits).toBe(1);
  expect(report.leftOut).toEqual([`site ${site.siteId}: days before 2026-03-03 are no more in the log`]);
});

it('counts by the rules of the generation, and by no others', async () => {
  const strict = {
    ...rulesV1,
    version: 2,
    visitGapMs: 300_000,
    longestViewMs: 5_000,
    interpretAgent: (text: string) => ({ ...rulesV1.interpretAgent(text), browser: text === FIREFOX ? 'Fox' : null }),
    pageOf: (path: string) => (path.startsWith('/a') ? '/a' : path),
  };
  const other = await openRecountDatabase({ views: VIEWS, ruleSets: [rulesV1, strict] });
  try {
    for (const log of Object.values(HARD_CASES).slice(0, 12)) await writeLog(other.db, log, [1_000]);
    const site = await given(other.db).site();
    await site.append(pageView('/a/1', { at: '2026-03-02T09:00' }), engagement('/a/2', 50, { at: '2026-03-02T09:01' }));
    await other.fold();
    expect(told(await other.recount())).toEqual([]);
    await expect(other.recount({ ruleSets: [rulesV1] })).rejects.toThrow('this Antics has no rules v2');
  } finally {
    await other.close();
  }
});

it('counts hits alone where that is asked for, and finds only what they tell', async () => {
  await visited();
  await database.fold();
  await database.change('summary_day', 'update t set pageviews = 9, visits = 9 where day = \'2026-03-02\'');
  expect(told(await database.recount({ only: 'hits' }))).toEqual([
    expect.stringContaining('2026-03-02 summary_day pageviews: 2 expected, 9 found'),
  ]);
});
