import { sql } from 'kysely';

import { trimLog } from '../../src/log/retention.ts';
import type { Db } from '../../src/platform/database.ts';
import * as build from '../../src/projections/build/build.ts';
import { copyRows, rollUpCopied } from '../../src/projections/build/copy.ts';
import { readFrozen, readKept, refuseLoss, type Kept } from '../../src/projections/build/kept.ts';
import { newestRules, newestViews, type Catalog } from '../../src/projections/catalog.ts';
import { createGeneration, ensureServing } from '../../src/projections/engine/generation.ts';
import { PROJECTOR_SETTINGS } from '../../src/projections/engine/projector.ts';
import { readServing } from '../../src/projections/engine/status.read.ts';
import { foldStep } from '../../src/projections/engine/step.ts';
import { namesOf } from '../../src/projections/facts/names.ts';
import { rulesWith } from '../../src/projections/facts/rules.ts';
import { afterFrozen } from '../../src/projections/rebuild/build-chunk.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { engagement, event, given, pageView, type GivenHit, type GivenSite } from '../given.ts';
import { createLogDatabase, type LogDatabase } from '../log/log-database.ts';
import { beginPartition, PARTITION, sealAll } from '../log/moved-head.ts';
import { rebuildNow } from './rebuilding.ts';
import { expectSameGenerations } from './same-generations.ts';

const [rulesV1] = CATALOG.ruleSets;
if (rulesV1 === undefined) throw new Error('no rules');
/** Every source is e-mail, every browser another one, and a visit goes on for hours. */
const OTHER_RULES: Catalog = {
  views: CATALOG.views,
  ruleSets: [
    rulesV1,
    {
      ...rulesV1,
      version: 2,
      visitGapMs: 6 * 3_600_000,
      interpretSource: (raw) => ({ ...rulesV1.interpretSource(raw), source: 'Letters', channel: 'Email' }),
      interpretAgent: (userAgent) => ({ ...rulesV1.interpretAgent(userAgent), browser: 'Mosaic' }),
    },
  ],
};

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

let log: LogDatabase;
let db: Db;
let ann: GivenSite;
let bob: GivenSite;

/**
 * Of ann, January and the beginning of February are in a partition that is dropped, and a late hit of January is in the
 * one after it, with the rest of February and a day of March. Bob's are all in the latter.
 */
beforeAll(async () => {
  log = await createLogDatabase();
  db = log.open('owner').db;
  await ensureServing(db, CATALOG);
  ann = await given(db).site({ domain: 'ann.example' });
  bob = await given(db).site({ domain: 'bob.example' });
  await ann.append(...days('2026-01-05', 30));
  await beginPartition(db, 1);
  await ann.append(...days('2026-02-03', 28), ...days('2026-01-20', 1));
  await bob.append(...days('2026-01-28', 9));
  await foldAll(1, CATALOG);
  await beginPartition(db, 2);
  await foldAll(1, CATALOG);
  await sealAll(db);
  await trimOldest();
});

afterAll(() => log.close());

/** The first partition, which is made older than the second. */
async function trimOldest(): Promise<void> {
  for (const table of ['log_hits_00000', 'log_events']) await sql.raw(`alter table ${table} disable trigger user`).execute(db);
  await sql`update log_hits_00000 set recorded_at = recorded_at - interval '30 days'`.execute(db);
  await sql`update log_events set recorded_at = recorded_at - interval '30 days' where position < ${PARTITION}`.execute(db);
  const { trimmed, kept } = await trimLog({ db, days: 20 });
  expect([trimmed.length, kept]).toEqual([1, null]);
}

/** A few visits a day of a few people with several sources and browsers. */
function days(first: string, count: number): GivenHit[] {
  return Array.from({ length: count }, (_, n) => Date.parse(`${first}T00:00:00Z`) + n * 86_400_000).flatMap((day, n) => {
    const at = (hour: number, minute = 0) => new Date(day + hour * 3_600_000 + minute * 60_000);
    const google = { referrer: 'https://google.com', visitor: `ann ${n % 3}`, country: 'DE' };
    return [
      pageView('/', { ...google, at: at(9) }),
      engagement('/', 12, { ...google, at: at(9, 1) }),
      pageView(`/p${n % 4}`, { ...google, at: at(9, 2) }),
      pageView('/', { ...google, at: at(14) }),
      event('Signup', { visitor: 'eve', at: at(10), userAgent: CHROME, query: 'utm_source=news&utm_medium=email' }),
      pageView('/', { visitor: 'eve', at: at(10, 1), userAgent: CHROME, seconds: 3 }),
    ];
  });
}

async function foldAll(generation: number, catalog: Catalog): Promise<void> {
  const folding = log.open('owner', 1, PROJECTOR_SETTINGS);
  for (;;) {
    const step = await foldStep(folding.db, generation, { catalog, maxBatch: 2 * PARTITION });
    if (step.kind === 'busy') throw new Error('nobody else is there');
    if (step.atHead) break;
  }
  await folding.close();
}

/** What a rebuild does, from beginning to end, at once. */
async function rebuild(catalog: Catalog, siteId?: number): Promise<number> {
  const views = newestViews(catalog);
  const generation = await db.transaction().execute((tx) => createGeneration(tx, catalog, { state: 'building' }));
  const names = namesOf(generation);
  const rules = rulesWith(newestRules(catalog), []);
  const connection = log.open('owner', 1, build.BUILD_SETTINGS);
  const once = <T>(step: (tx: Db) => Promise<T>): Promise<T> => connection.db.transaction().execute(step);
  let kept: Kept[] = [];
  const target = await connection.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const serving = await readServing(tx);
      if (serving === null) throw new Error('nothing serves');
      kept = await readKept(tx, serving.names, siteId);
      refuseLoss(kept, views, serving);
      await build.startFacts(tx, names, BigInt(serving.position));
      const otherRules = catalog !== CATALOG;
      await copyRows(tx, { from: serving.names, to: generation, views, kept, otherRules });
      return BigInt(serving.position);
    });
  const frozen = await readFrozen(db);
  const range = { from: 0n, to: target, parked: [], frozen, ...(siteId === undefined ? {} : { siteId }) };
  await once((tx) => build.prepareHits(tx, names, rules, range));
  await once((tx) => build.buildHits(tx, names, rules, range));
  const pieces = await once(async (tx) => {
    await build.indexHits(tx, names);
    const planned = await build.planDays(tx, names, siteId);
    await rollUpCopied(tx, generation, views, kept);
    return planned.flatMap((piece) => afterFrozen(piece, frozen));
  });
  for (const piece of pieces) await once((tx) => build.buildDays(tx, names, rules, views, piece, { writeVisits: true }));
  await once((tx) => build.buildLast(tx, names, views, target));
  await once((tx) => build.finishFacts(tx, names, target));
  await connection.close();
  const built = { state: 'ready' as const, position: target };
  await db.updateTable('projections').set(built).where('generation', '=', generation).execute();
  await db.updateTable('projection_views').set({ state: 'ready' }).where('facts', '=', generation).execute();
  return generation;
}

/** What a view's table says of a site, up to and with a day, and after it. */
async function figures(generation: number, table: string, site: GivenSite, until: string) {
  const { rows } = await sql<{ old: boolean; text: string }>`
    select day <= ${until}::date as old, x::text as text from ${namesOf(generation)(table)} x
    where site_id = ${site.siteId} order by text`.execute(db);
  const of = (old: boolean): string[] => rows.filter((row) => row.old === old).map((row) => row.text);
  return { old: of(true), later: of(false) };
}

/** Which sources and browsers ann's visits after a day are said to have. */
async function namesAfter(generation: number, day: string): Promise<string[]> {
  const names = namesOf(generation);
  const { rows } = await sql<{ value: string }>`
    select distinct t.value from ${names('breakdown_day')} b join ${names('term')} t on t.term_id = b.value
    where b.site_id = ${ann.siteId} and b.day > ${day}::date
      and t.value in ('Google', 'Chrome', 'Firefox', 'Letters', 'Mosaic') order by 1`.execute(db);
  return rows.map((row) => row.value);
}

describe('a rebuild of a log of which hits are gone by retention', () => {
  it('takes over the days that lost hits as they are, builds the rest, and is the same as what serves', async () => {
    expect(await readFrozen(db)).toEqual([{ siteId: ann.siteId, day: '2026-02-03' }]);
    const generation = await rebuild(CATALOG);
    await expectSameGenerations(db, 1, generation);
    const { rows } = await sql`select distinct day from ${namesOf(generation)('pages_month')} where site_id = ${ann.siteId}
      order by 1`.execute(db);
    expect(rows).toEqual([{ day: '2026-01-01' }, { day: '2026-02-01' }]);
  });

  it('folds what comes late for those days as what serves does', async () => {
    const generation = await rebuild(CATALOG);
    await ann.append(...days('2026-01-11', 2), pageView('/new', { at: '2026-02-03T09:10', visitor: 'ann 0' }));
    await foldAll(1, CATALOG);
    await foldAll(generation, CATALOG);
    await expectSameGenerations(db, 1, generation);
  });

  it('keeps the interpretation of those days under other rules, also for what comes late', async () => {
    const generation = await rebuild(OTHER_RULES);
    const expectSameOldDays = async (): Promise<void> => {
      for (const table of ['breakdown_day', 'pages_day', 'paths_day', 'summary_day', 'summary_hour', 'breakdown_month']) {
        const until = table === 'breakdown_month' ? '2026-01-01' : '2026-02-03';
        const [was, is] = [await figures(1, table, ann, until), await figures(generation, table, ann, until)];
        expect([table, is.old]).toEqual([table, was.old]);
      }
    };
    await expectSameOldDays();
    expect(await namesAfter(1, '2026-02-03')).toEqual(['Chrome', 'Firefox', 'Google']);
    expect(await namesAfter(generation, '2026-02-03')).toEqual(['Letters', 'Mosaic']);
    // It goes on with a visit that was copied: what that one counted as is taken back, and counted anew.
    await ann.append(pageView('/late', { visitor: 'eve', at: '2026-01-06T10:02', userAgent: CHROME }));
    await foldAll(generation, OTHER_RULES);
    await foldAll(1, CATALOG);
    await expectSameOldDays();
  });

  it('of one site takes over all of the others', async () => {
    const generation = await rebuild(CATALOG, bob.siteId);
    await expectSameGenerations(db, 1, generation);
    const generationOfAnn = await rebuild(CATALOG, ann.siteId);
    await expectSameGenerations(db, 1, generationOfAnn);
  });

  it('is equal to what serves, and switched, whether of all or of a view alone', async () => {
    for (const name of ['paths', 'all']) {
      const done = await rebuildNow(db, { url: log.url, name, hitsAChunk: PARTITION });
      expect([name, done.state, done.error]).toEqual([name, 'switched', null]);
    }
  });

  it('is refused where what serves cannot give all of the old days', async () => {
    const kept = [{ siteId: ann.siteId, day: '2026-02-03' }];
    const views = newestViews(CATALOG);
    const versions = Object.fromEntries(views.map(({ name, version }) => [name, version]));
    expect(() => refuseLoss(kept, views, { versions, suspended: [] })).not.toThrow();
    expect(() => refuseLoss([], views, { versions: {}, suspended: [] })).not.toThrow();
    expect(() => refuseLoss(kept, views, { versions: { ...versions, paths: 0 }, suspended: ['pages'] })).toThrow(
      'older days are no more in the log and have to be taken over from what serves, which cannot give them all ' +
        '(pages is suspended, paths v1 is to follow v0): first `antics projections rebuild pages`, ' +
        '`antics projections rebuild paths`, which builds from the facts that serve, then all',
    );
    const { summary: _, ...without } = versions;
    expect(() => refuseLoss(kept, views, { versions: without, suspended: [] })).toThrow('summary v1 is new');
  });
});
