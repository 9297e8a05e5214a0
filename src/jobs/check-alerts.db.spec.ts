import { sql } from 'kysely';
import { event, given, pageView, type GivenSite } from '../../test/given.ts';
import { projectionsOf, untilCaughtUp, type Projections } from '../../test/replay/projections-of.ts';
import { createTestDatabase, type TestDatabase } from '../../test/setup/test-database.ts';
import { createAlert } from '../commands/create-alert/create-alert.ts';
import type { NewAlert } from '../commands/create-alert/create-alert.command.ts';
import { deleteAlert } from '../commands/delete-alert/delete-alert.ts';
import { deleteSite } from '../commands/delete-site/delete-site.ts';
import { EVERYTHING } from '../domain/sight.ts';
import { rebuildAlerts } from '../models/alerts/alert.fold.ts';
import { openDatabase, type Database } from '../platform/database.ts';
import { ensureServing } from '../projections/engine/generation.ts';
import { CATALOG } from '../projections/views.ts';
import { checkAlerts } from './check-alerts.ts';

let testDatabase: TestDatabase;
let projections: Projections;
let writer: Database;
let reader: Database;
/** What was queued, as far as it was committed: asked of the table. */
const queued: string[] = [];
let generation: number;
const context = { actor: { name: 'user:ann', kind: 'user' as const } };

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  projections = projectionsOf(testDatabase.url);
  const options = { url: testDatabase.url, max: 3, applicationName: 'test', onError: () => undefined };
  writer = openDatabase({ ...options, role: 'writer' });
  reader = openDatabase({ ...options, role: 'reader' });
  ({ generation } = await ensureServing(projections.db, CATALOG));
});
afterAll(async () => {
  await Promise.all([projections.close(), writer.close(), reader.close()]);
  await testDatabase.drop();
});
beforeEach(async () => {
  for (const table of ['alerts', 'alert_mails'] as const) await projections.db.deleteFrom(table).execute();
  queued.length = 0;
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const now = Date.now();

const watch = (site: { id: string }, alert: Partial<NewAlert>): Promise<{ id: string }> =>
  createAlert(
    writer.db,
    { site_id: site.id, metric: 'visitors', operator: 'gt', threshold: 0, email: 'you@example.com', ...alert },
    EVERYTHING,
    context,
    () => now,
  );

/** So far behind the log. */
async function standBehind(seconds: number): Promise<void> {
  await sql`update projections set caught_up_at = now() - ${seconds} * interval '1 second'
    where generation = ${generation}`.execute(projections.db);
}

/** Folds what was appended; nobody follows the log afterwards. */
async function fold(): Promise<void> {
  const projector = projections.startProjector();
  await untilCaughtUp(projections.db);
  await projector.stop();
  await standBehind(-3_600); // however slow the test is
}

function check(at = now, owe = (id: string): Promise<unknown> => Promise.resolve(queued.push(id))): Promise<void> {
  return checkAlerts({ writer: writer.db, reader: reader.db, clock: () => at, owe, log: { warn: () => undefined } });
}

const rowOf = ({ id }: { id: string }) =>
  projections.db.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const mailsOf = ({ id }: { id: string }) =>
  projections.db.selectFrom('alert_mails').selectAll().where('alert', '=', id).orderBy('changed_at').execute();
const eventsOf = async ({ id }: { id: string }): Promise<string[]> => {
  const events = projections.db.selectFrom('log_events').select('type').where('stream', '=', `alert:${id}`);
  return (await events.orderBy('position').execute()).map((row) => row.type);
};

async function siteWith(...hits: Parameters<GivenSite['append']>): Promise<GivenSite> {
  const site = await given(projections.db).site();
  if (hits.length > 0) await site.append(...hits);
  await fold();
  return site;
}

describe('an alert', () => {
  it('starts at the first check where it holds already, is silent while it holds, and stops once', async () => {
    const site = await siteWith(pageView('/', { at: now - 2 * HOUR }));
    const alert = await watch(site, {});
    await check();
    expect(await rowOf(alert)).toMatchObject({ firing_since: new Date(now), evaluated: true, version: 2 });
    await check(now + 5 * MINUTE);
    expect(await eventsOf(alert)).toEqual(['AlertCreated', 'AlertStarted']);
    const stopped = now + 22 * HOUR + 1;
    await check(stopped);
    await check(stopped + 5 * MINUTE);
    expect(await eventsOf(alert)).toEqual(['AlertCreated', 'AlertStarted', 'AlertStopped']);
    expect(await rowOf(alert)).toMatchObject({ firing_since: null, last_checked_at: new Date(stopped + 5 * MINUTE) });
    const mails = await mailsOf(alert);
    expect(mails).toMatchObject([
      { kind: 'started', value: 1, since: new Date(now), changed_at: new Date(now), sent_at: null },
      { kind: 'stopped', value: 0, since: new Date(now), changed_at: new Date(stopped) },
    ]);
    expect([...new Set(queued)]).toEqual(mails.map((mail) => mail.id));
  });

  it('is on record with the system as actor, the figure, and the state before and after', async () => {
    const alert = await watch(await siteWith(), { operator: 'lt', threshold: 1 });
    await check();
    const started = await projections.db
      .selectFrom('log_events')
      .selectAll()
      .where('stream', '=', `alert:${alert.id}`)
      .where('version', '=', 2)
      .executeTakeFirstOrThrow();
    expect(started).toMatchObject({
      actor: 'system',
      command: null,
      before: { state: 'ok' },
      after: { state: 'firing' },
      data: { id: alert.id, value: 0, checked_at: new Date(now).toISOString() },
      command_id: (await mailsOf(alert))[0]?.id,
    });
    const created = await projections.db.selectFrom('log_events').selectAll().where('stream', '=', `alert:${alert.id}`)
      .where('version', '=', 1).executeTakeFirstOrThrow();
    expect(created.private).toEqual({ after: { email: 'you@example.com' } });
    expect(JSON.stringify([created.data, created.after])).not.toContain('you@');
  });

  it('is not judged while the figures are behind, and comes back to the same truth without a mail', async () => {
    const alert = await watch(await siteWith(pageView('/', { at: now - HOUR })), {});
    await standBehind(61);
    await check();
    expect(await rowOf(alert)).toMatchObject({ evaluated: false, last_checked_at: null, firing_since: null });
    await standBehind(-3_600);
    await check(now + 1);
    await standBehind(61);
    await check(now + 2);
    expect(await rowOf(alert)).toMatchObject({
      evaluated: false, last_checked_at: new Date(now + 1), firing_since: new Date(now + 1),
    });
    await standBehind(-3_600);
    await check(now + 3);
    expect(await rowOf(alert)).toMatchObject({ evaluated: true, last_checked_at: new Date(now + 3) });
    expect(await mailsOf(alert)).toHaveLength(1);
  });

  it('is not judged by a view that failed; others are', async () => {
    const site = await siteWith(pageView('/', { at: now - HOUR }));
    const [byView, byFacts] = [await watch(site, {}), await watch(site, { metric: 'pageviews' })];
    const failed = { generation, view: 'live', error: 'x', suspended_at: new Date() };
    await projections.db.insertInto('projection_suspended').values(failed).execute();
    await check();
    await projections.db.deleteFrom('projection_suspended').execute();
    expect([(await rowOf(byView)).evaluated, (await rowOf(byFacts)).evaluated]).toEqual([false, true]);
  });
});

describe('a change and its mail', () => {
  it('are there both or neither', async () => {
    const alert = await watch(await siteWith(pageView('/', { at: now - HOUR })), {});
    const broken = check(now, () => Promise.reject(new Error('the queue is away')));
    await expect(broken).rejects.toThrow('the alerts of some sites could not be checked');
    expect(await rowOf(alert)).toMatchObject({ firing_since: null, evaluated: false, version: 1 });
    expect([await mailsOf(alert), await eventsOf(alert)]).toEqual([[], ['AlertCreated']]);
    await check();
    expect(await eventsOf(alert)).toEqual(['AlertCreated', 'AlertStarted']);
  });

  it('come once, where two processes check at once', async () => {
    const alert = await watch(await siteWith(pageView('/', { at: now - HOUR })), {});
    await Promise.all([check(), check(), check()]);
    expect(await eventsOf(alert)).toEqual(['AlertCreated', 'AlertStarted']);
    expect(await mailsOf(alert)).toHaveLength(1);
  });

  it('do not come of figures that are older than the last check', async () => {
    const alert = await watch(await siteWith(pageView('/', { at: now - HOUR })), {});
    await check();
    await check(now - 2 * HOUR); // when there was no hit yet
    expect(await eventsOf(alert)).toEqual(['AlertCreated', 'AlertStarted']);
  });

  it('one site that cannot be read does not stop the others', async () => {
    const [bad, good] = [await siteWith(), await siteWith()];
    await watch(bad, { metric: 'visits', operator: 'lt', threshold: 1 });
    const alert = await watch(good, { metric: 'visits', operator: 'lt', threshold: 1 });
    await sql`update sites set timezone = 'Not/AZone' where id = ${bad.id}`.execute(projections.db);
    await expect(check()).rejects.toThrow('could not be checked');
    expect(await eventsOf(alert)).toEqual(['AlertCreated', 'AlertStarted']);
  });

  it('that is owed from before is queued again for a day, and then no more', async () => {
    const alert = await watch(await siteWith(), { operator: 'lt', threshold: 1 });
    await check(now, () => Promise.resolve());
    queued.length = 0;
    await check(now + 23 * HOUR);
    await check(now + 25 * HOUR);
    expect(queued).toEqual([(await mailsOf(alert))[0]?.id]);
  });
});

describe('the figures of the last 24 hours', () => {
  it('are of the instants: a visit across the edge counts with the hits that are within', async () => {
    const edge = now - 24 * HOUR;
    const site = await siteWith(
      pageView('/before', { at: edge - 20 * MINUTE, visitor: 'ann' }),
      pageView('/in', { at: edge + 5_000, visitor: 'ann' }),
      event('Signup', { at: edge + 5_001, visitor: 'ann' }),
      pageView('/gone', { at: edge - 1, visitor: 'bob' }),
      pageView('/in', { at: now - HOUR, visitor: 'cid' }),
      pageView('/in', { at: now - 3 * HOUR, visitor: 'dan' }),
      event('Signup', { at: now - 3 * HOUR + 1, visitor: 'dan' }),
    );
    const at = async (alert: Partial<NewAlert>): Promise<number | null | undefined> => {
      const made = await watch(site, { operator: 'gt', threshold: 0, ...alert });
      await check();
      return (await mailsOf(made))[0]?.value;
    };
    // Around midnight ann's hits are of two days, and she two visitors with a visit each.
    expect(await at({ metric: 'pageviews' })).toBe(3);
    expect(await at({ metric: 'events' })).toBe(2);
    expect(await at({ metric: 'visits' })).toBe(3);
    expect(await at({ metric: 'visitors' })).toBe(3);
    expect(await at({ metric: 'bounce_rate' })).toBeCloseTo(1 / 3);
  });

  it('have no bounce rate without visits, which holds nothing', async () => {
    const site = await siteWith();
    const below = await watch(site, { metric: 'bounce_rate', operator: 'lt', threshold: 1 });
    await check();
    expect(await rowOf(below)).toMatchObject({ evaluated: true, firing_since: null });
    expect(await mailsOf(below)).toEqual([]);
  });

  it('find the hits of the days that another time zone gave them', async () => {
    const site = await siteWith();
    const zone = async (timezone: string): Promise<void> => {
      await sql`update sites set timezone = ${timezone} where id = ${site.id}`.execute(projections.db);
    };
    await site.append(pageView('/', { at: now - 23 * HOUR }), pageView('/', { at: now - HOUR }));
    await fold();
    for (const timezone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Berlin']) {
      await zone(timezone);
      await sql`select append_event(${`site:${site.id}`}, null, 'SiteChanged', 1::smallint, 'system', 'system',
        gen_random_uuid(), null, ${JSON.stringify({ id: site.id, site_id: site.siteId, changes: { timezone } })}::jsonb,
        null, 'UpdateSite', ${site.id}::uuid, null, null)`.execute(projections.db);
      const alert = await watch(site, { metric: 'pageviews' });
      await check();
      expect([timezone, (await mailsOf(alert))[0]?.value]).toEqual([timezone, 2]);
    }
  });
});

describe('what becomes of alerts', () => {
  it('folds from the log again: the same rows, with the last check carried over', async () => {
    const site = await siteWith(pageView('/', { at: now - HOUR }));
    await watch(site, {});
    await watch(site, { operator: 'lt', metric: 'bounce_rate', threshold: 0.5 });
    await deleteAlert(writer.db, (await watch(site, {})).id, EVERYTHING, context, () => now);
    await check();
    const all = () => projections.db.selectFrom('alerts').selectAll().orderBy('id').execute();
    const before = await all();
    expect(before).toHaveLength(2);
    await projections.db.transaction().execute(rebuildAlerts);
    const ours = (await all()).filter((row) => row.site === site.id);
    expect(ours).toEqual(before);
  });

  it('mails that are owed go with an alert, and with a site', async () => {
    const site = await siteWith(pageView('/', { at: now - HOUR }));
    const [first, second] = [await watch(site, {}), await watch(site, {})];
    await check();
    await deleteAlert(writer.db, first.id, EVERYTHING, context, () => now);
    expect([(await mailsOf(first)).length, (await mailsOf(second)).length]).toEqual([0, 1]);
    await deleteSite(writer.db, { id: site.id, sight: EVERYTHING }, context, () => now);
    expect(await mailsOf(second)).toEqual([]);
    expect(await projections.db.selectFrom('alerts').selectAll().where('site', '=', site.id).execute()).toEqual([]);
  });
});
