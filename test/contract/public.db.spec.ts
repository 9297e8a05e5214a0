import { openDatabase } from '../../src/platform/database.ts';
import { createReadinessProbe } from '../../src/queries/get-readiness/get-readiness.ts';
import { pageView } from '../given.ts';
import { openContractApp, type ContractApp } from './contract-app.ts';

let app: ContractApp;
beforeAll(async () => (app = await openContractApp()));
afterAll(() => app.close());

describe('GET /api/badge/:site_id', () => {
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);

  it('shows the visitors of the last 24 hours to everybody, on any page', async () => {
    const site = await app.site(
      { public: true },
      pageView('/', { at: hoursAgo(24.5), visitor: 'ann' }),
      pageView('/', { at: hoursAgo(23.5), visitor: 1n }),
      pageView('/', { at: hoursAgo(1), visitor: 2n }),
      pageView('/', { at: hoursAgo(0.5), visitor: 2n }),
    );
    const answer = await app.getUnknown(`/api/badge/${site.id}`);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'cache-control': 'public, max-age=120',
      'cross-origin-resource-policy': 'cross-origin',
    });
    expect(answer.text).toContain('aria-label="visitors · 24 h: 2"');
  });

  it('is not there for a private site, whoever asks, nor for none', async () => {
    const site = await app.site({});
    const answers = [
      await app.getUnknown(`/api/badge/${site.id}`),
      await app.get(`/api/badge/${site.id}`),
      await app.getUnknown('/api/badge/019ab0c4-0000-7000-8000-000000000000'),
      await app.getUnknown('/api/badge/x'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(String(answers[0]?.headers['cache-control'])).not.toMatch('public');
  });
});

describe('GET /api/health', () => {
  it('answers as documented, word for word', async () => {
    const answer = await app.getUnknown('/api/health');
    expect([answer.status, answer.text]).toEqual([200, '{"status":"ok","service":"antics"}']);
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});

describe('GET /api/health/ready', () => {
  it('says that database and figures are there, how late they are and how many hits are parked', async () => {
    await app.fold();
    const { status, json } = await app.getUnknown('/api/health/ready');
    expect(status).toBe(200);
    expect(json).toEqual({
      status: 'ok',
      database: 'ok',
      projections: 'ok',
      lag_seconds: expect.any(Number),
      parked: 0,
    });
  });

  it('does not fail by lag or parked hits', async () => {
    await app.db.updateTable('projections').set({ caught_up_at: new Date(Date.now() - 3_600_000) }).execute();
    await app.db
      .insertInto('projection_parked')
      .values({ generation: 1, position: 7, error: 'x', parked_at: new Date() })
      .execute();
    const { status, json } = await app.getUnknown('/api/health/ready');
    expect(status).toBe(200);
    expect(json).toMatchObject({ status: 'ok', parked: 1 });
    expect(json.lag_seconds).toBeGreaterThan(3_599);
  });

  it('is 503 while no figures serve, and so is what would read them', async () => {
    const site = await app.site({ public: true });
    await app.db.updateTable('projections').set({ state: 'building' }).execute();
    const { status, json } = await app.getUnknown('/api/health/ready');
    const stats = await app.get(`/api/stats/${site.id}`);
    await app.db.updateTable('projections').set({ state: 'serving' }).execute();
    expect(status).toBe(503);
    const unknown = { lag_seconds: null, parked: 0 };
    expect(json).toEqual({ status: 'unavailable', database: 'ok', projections: 'missing', ...unknown });
    expect([stats.status, stats.headers['retry-after']]).toEqual([503, '5']);
    expect(stats.headers['content-type']).toMatch('application/problem+json');
  });

  it('says within two seconds that the database does not answer', async () => {
    const silent = openDatabase({
      url: 'postgresql://nobody@192.0.2.1:5432/none',
      max: 1,
      applicationName: 'antics test',
      onError: () => undefined,
    });
    const probe = createReadinessProbe(silent.db);
    const started = performance.now();
    const answers = await Promise.all([probe(), probe()]);
    expect(performance.now() - started).toBeLessThan(2_500);
    const down = { status: 'unavailable', database: 'down', projections: 'unknown', lag_seconds: null, parked: null };
    expect(answers).toEqual([down, down]);
  });

  it('says at once that nobody listens where the database should be', async () => {
    const gone = openDatabase({
      url: 'postgresql://nobody@127.0.0.1:1/none',
      max: 1,
      applicationName: 'antics test',
      onError: () => undefined,
    });
    expect(await createReadinessProbe(gone.db)()).toMatchObject({ status: 'unavailable', database: 'down' });
    await gone.close();
  });
});

describe('a view that is suspended', () => {
  it.each([
    ['summary', '', '?metric=os', '/timeseries'],
    ['pages', '', '/entry-exit'],
    ['breakdown', '?metric=os'],
    ['paths', '/paths'],
    ['live', '/realtime'],
    ['vitals', '/vitals'],
  ])('%s: what reads it answers 503 and says so, the rest answers', async (view, ...routes) => {
    const site = await app.site({ public: true });
    await app.db
      .insertInto('projection_suspended')
      .values({ generation: 1, view, error: 'x', suspended_at: new Date() })
      .execute();
    const broken: string[] = [];
    for (const route of ['', '?metric=os', '/timeseries', '/realtime', '/paths', '/entry-exit', '/vitals']) {
      const { status, json } = await app.get(`/api/stats/${site.id}${route}`);
      if (status === 200) continue;
      expect(json).toMatchObject({ status: 503, code: 'view_suspended', detail: expect.stringContaining(view) });
      broken.push(route);
    }
    await app.db.deleteFrom('projection_suspended').execute();
    expect(broken).toEqual(routes);
  });
});
