import { engagement, pageView } from '../given.ts';
import { sharedContractApp, type ContractApp } from './contract-app.ts';

let app: ContractApp;
beforeAll(async () => {
  app = await sharedContractApp();
  app.setNow('2026-11-23T12:00:00Z');
});

interface Point {
  date: string;
  visitors: number;
  visits: number;
  pageviews: number;
}
const series = async (url: string): Promise<Point[]> => (await app.get(url)).json.timeseries;

describe('GET /api/stats/:site_id/timeseries', () => {
  it('has a row for every day, today last, those without traffic as zeros', async () => {
    const site = await app.site(
      { timezone: 'Europe/Berlin' },
      pageView('/', { at: '2026-11-21T22:59Z', visitor: 'ann' }),
      pageView('/', { at: '2026-11-21T23:01Z', visitor: 'ann' }),
      pageView('/', { at: '2026-11-21T23:02Z', visitor: 'ann' }),
    );
    const answer = await app.get(`/api/stats/${site.id}/timeseries?period=7d`);
    const none = { visitors: 0, visits: 0, pageviews: 0 };
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json).toEqual({
      timeseries: [
        { date: '2026-11-17', ...none },
        { date: '2026-11-18', ...none },
        { date: '2026-11-19', ...none },
        { date: '2026-11-20', ...none },
        { date: '2026-11-21', visitors: 1, visits: 1, pageviews: 1 },
        { date: '2026-11-22', visitors: 1, visits: 1, pageviews: 2 },
        { date: '2026-11-23', ...none },
      ],
      meta: expect.objectContaining({ position: expect.any(Number), projection_version: 1, partial: true }),
    });
  });

  it('has the days to come, empty', async () => {
    const site = await app.site({});
    const points = await series(`/api/stats/${site.id}/timeseries?period=2026-11-23,2026-12-31`);
    expect(points).toHaveLength(39);
    expect(points.at(-1)).toEqual({ date: '2026-12-31', visitors: 0, visits: 0, pageviews: 0 });
  });

  it('has one row for the hour that a day of 25 hours repeats', async () => {
    const site = await app.site(
      { timezone: 'Europe/Berlin' },
      pageView('/', { at: '2026-10-25T00:30Z', visitor: 'ann' }),
      pageView('/', { at: '2026-10-25T01:30Z', visitor: 'ann' }),
    );
    const points = await series(`/api/stats/${site.id}/timeseries?period=2026-10-25,2026-10-25&interval=hour`);
    expect(points).toHaveLength(24);
    expect(points[2]).toEqual({ date: '2026-10-25T02', visitors: 1, visits: 2, pageviews: 2 });
    expect(points.filter(({ pageviews }) => pageviews > 0)).toHaveLength(1);
  });

  it('has no row for the hour that a day of 23 hours lacks', async () => {
    const site = await app.site({ timezone: 'Europe/Berlin' });
    const points = await series(`/api/stats/${site.id}/timeseries?period=2026-03-29,2026-03-30&interval=hour`);
    expect(points).toHaveLength(23 + 24);
    expect(points.slice(0, 4).map(({ date }) => date)).toEqual([
      '2026-03-29T00',
      '2026-03-29T01',
      '2026-03-29T03',
      '2026-03-29T04',
    ]);
  });

  it('keeps hits of an hour that the site’s new time zone lacks', async () => {
    const site = await app.site({ timezone: 'UTC' }, pageView('/', { at: '2026-03-29T02:30Z' }));
    await app.db.updateTable('sites').set({ timezone: 'Europe/Berlin' }).where('site_id', '=', site.siteId).execute();
    const points = await series(`/api/stats/${site.id}/timeseries?period=2026-03-29,2026-03-29&interval=hour`);
    expect(points[2]).toEqual({ date: '2026-03-29T02', visitors: 1, visits: 1, pageviews: 1 });
  });

  it('has hours of zones that are not whole hours from UTC', async () => {
    const site = await app.site({ timezone: 'Asia/Kathmandu' }, pageView('/', { at: '2026-11-20T18:14Z' }));
    const points = await series(`/api/stats/${site.id}/timeseries?period=2026-11-20,2026-11-21&interval=hour`);
    expect(points.find(({ pageviews }) => pageviews > 0)?.date).toBe('2026-11-20T23');
  });

  it('answers five years of hours', async () => {
    const site = await app.site({ timezone: 'Europe/Berlin' });
    const points = await series(`/api/stats/${site.id}/timeseries?period=2021-01-01,2025-12-31&interval=hour`);
    expect(points).toHaveLength(1826 * 24 - 5);
  });

  it.each(['interval=week', 'interval=', 'interval=day&interval=day', 'period=x'])('refuses %s', async (query) => {
    const site = await app.site({});
    const answer = await app.get(`/api/stats/${site.id}/timeseries?${query}`);
    const pointer = `/${query.split('=', 1).join()}`;
    expect(answer.json).toMatchObject({ status: 400, errors: [{ pointer }] });
  });
});

describe('GET /api/stats/:site_id/realtime', () => {
  it('counts visitors of the last five minutes', async () => {
    app.setNow(null);
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
    // A zone whose midnight is hours away: on both sides of it, a person counts twice.
    const timezone = new Date().getUTCHours() < 12 ? 'Asia/Tokyo' : 'UTC';
    const site = await app.site(
      { timezone },
      pageView('/', { at: ago(310), visitor: 'ann' }),
      pageView('/', { at: ago(280), visitor: 'bob' }),
      pageView('/', { at: ago(2), visitor: 'bob' }),
      pageView('/', { at: ago(1), visitor: 'cid' }),
    );
    const { json } = await app.get(`/api/stats/${site.id}/realtime`);
    app.setNow('2026-11-23T12:00:00Z');
    const meta = { position: expect.any(Number), lag_seconds: expect.any(Number), projection_version: 1 };
    expect(json).toEqual({ visitors: 2, window_seconds: 300, meta });
  });
});

describe('GET /api/stats/:site_id/paths', () => {
  const walk = (visitor: string, ...paths: string[]) =>
    paths.map((path, i) => pageView(path, { at: Date.parse('2026-11-22T10:00Z') + i * 1000, visitor }));

  it('answers the pages of visits in order, repeats collapsed, up to five', async () => {
    const site = await app.site(
      {},
      ...walk('ann', '/', '/about', '/about', '/pricing'),
      ...walk('bob', '/', '/about', '/pricing'),
      ...walk('cid', '/1', '/2', '/3', '/4', '/5', '/6'),
    );
    const { json } = await app.get(`/api/stats/${site.id}/paths`);
    expect(json.paths).toEqual([
      { path: '/ -> /about -> /pricing', steps: ['/', '/about', '/pricing'], visits: 2, visitors: 2 },
      { path: '/1 -> /2 -> /3 -> /4 -> /5', steps: ['/1', '/2', '/3', '/4', '/5'], visits: 1, visitors: 1 },
    ]);
    expect(json.meta).toMatchObject({ projection_version: 1, partial: true });
    const { json: first } = await app.get(`/api/stats/${site.id}/paths?limit=1`);
    expect(first.paths).toEqual(json.paths.slice(0, 1));
  });

  it.each(['limit=0', 'limit=1001', 'period=x'])('refuses %s', async (query) => {
    const site = await app.site({});
    const answer = await app.get(`/api/stats/${site.id}/paths?${query}`);
    expect(answer.json).toMatchObject({ status: 400, errors: [{ pointer: `/${query.split('=', 1).join()}` }] });
  });
});

describe('GET /api/stats/:site_id/entry-exit', () => {
  it('answers where visits began and ended', async () => {
    const site = await app.site(
      {},
      pageView('/', { at: '2026-11-22T10:00:00Z', visitor: 'ann' }),
      pageView('/pricing', { at: '2026-11-22T10:01:00Z', visitor: 'ann' }),
      pageView('/pricing', { at: '2026-11-22T10:00:00Z', visitor: 'bob' }),
      pageView('/', { at: '2026-11-22T10:01:00Z', visitor: 'bob' }),
      pageView('/pricing', { at: '2026-11-22T10:00:00Z', visitor: 'cid' }),
    );
    const { json } = await app.get(`/api/stats/${site.id}/entry-exit`);
    expect(json).toEqual({
      entry: [
        { pathname: '/pricing', visitors: 2, visits: 2, bounce_rate: 0.5 },
        { pathname: '/', visitors: 1, visits: 1, bounce_rate: 0 },
      ],
      exit: [
        { pathname: '/pricing', visitors: 2, visits: 2, exit_rate: 0.6667 },
        { pathname: '/', visitors: 1, visits: 1, exit_rate: 0.5 },
      ],
      meta: expect.objectContaining({ partial: true }),
    });
  });

  it.each(['limit=x', 'period=x'])('refuses %s', async (query) => {
    const site = await app.site({});
    const answer = await app.get(`/api/stats/${site.id}/entry-exit?${query}`);
    expect(answer.json).toMatchObject({ status: 400, errors: [{ pointer: `/${query.split('=', 1).join()}` }] });
  });
});

describe('GET /api/stats/:site_id/vitals', () => {
  const MORNING = Date.parse('2026-11-22T10:00Z');
  let visitors = 0;
  /** A view that tells these, of somebody who comes once. */
  const measured = (path: string, vitals: Record<string, number>, day = MORNING) => {
    const who = { at: day, visitor: `visitor ${visitors++}` };
    return [pageView(path, who), engagement(path, 1, { ...who, at: day + 1_000, vitals })];
  };

  it('answers the 75th percentiles of each page and of all, by nearest rank', async () => {
    const site = await app.site(
      { timezone: 'Europe/Berlin' },
      ...[100, 200, 300, 4_321].flatMap((lcp, i) => measured('/', { lcp, ...(i < 3 && { inp: 10 * i }) })),
      ...[0.1, 0.05, 0.3214].flatMap((cls) => measured('/pricing', { cls })),
      ...measured('/about', { lcp: 2_000, inp: 8, cls: 0 }),
      ...measured('/long-ago', { lcp: 1 }, Date.parse('2026-10-01T10:00Z')),
      pageView('/quiet', { at: MORNING, visitor: 'ann' }),
    );
    const answer = await app.get(`/api/stats/${site.id}/vitals`);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json).toEqual({
      site_id: site.id,
      period: { from: '2026-10-25', to: '2026-11-23', timezone: 'Europe/Berlin' },
      // Of lcp 100, 200, 300, 2000, 4321; of inp 0, 8, 10, 20; of cls 0, 0.05, 0.1, 0.3214.
      summary: { lcp: 2_000, inp: 10, cls: 0.1, views: 5 },
      vitals: [
        { pathname: '/', lcp: 300, inp: 20, cls: null, views: 4 },
        { pathname: '/pricing', lcp: null, inp: null, cls: 0.321, views: 3 },
        { pathname: '/about', lcp: 2_000, inp: 8, cls: 0, views: 1 },
      ],
      meta: expect.objectContaining({ projection_version: 1, partial: true }),
    });
    const { json: first } = await app.get(`/api/stats/${site.id}/vitals?limit=1`);
    expect(first).toEqual({ ...answer.json, vitals: answer.json.vitals.slice(0, 1), meta: expect.any(Object) });
    const { json: none } = await app.get(`/api/stats/${site.id}/vitals?period=2026-01-01,2026-01-31`);
    expect(none).toMatchObject({ summary: { lcp: null, inp: null, cls: null, views: 0 }, vitals: [] });
  });

  it('tells values from a thousand on to three digits, and takes back what a later report tells otherwise', async () => {
    const ann = (clock: string) => ({ at: `2026-11-22T${clock}Z`, visitor: 'ann' });
    const site = await app.site(
      {},
      pageView('/', ann('10:00')),
      engagement('/', 1, { ...ann('10:01'), vitals: { lcp: 1_235, inp: 77 } }),
      pageView('/b', ann('10:02')),
      pageView('/c', { ...ann('10:03'), vitals: { lcp: 999 } }),
    );
    const vitals = async () => (await app.get(`/api/stats/${site.id}/vitals`)).json.vitals;
    const b = { pathname: '/b', lcp: 999, inp: null, cls: null, views: 1 };
    expect(await vitals()).toEqual([{ pathname: '/', lcp: 1_240, inp: 77, cls: null, views: 1 }, b]);
    await site.append(engagement('/', 1, { ...ann('10:04'), vitals: { lcp: 50 } }));
    await app.fold();
    expect(await vitals()).toEqual([{ pathname: '/', lcp: 50, inp: 77, cls: null, views: 1 }, b]);
  });

  it.each(['limit=0', 'limit=1001', 'limit=1&limit=2', 'period=x'])('refuses %s', async (query) => {
    const site = await app.site({});
    const answer = await app.get(`/api/stats/${site.id}/vitals?${query}`);
    expect(answer.json).toMatchObject({ status: 400, errors: [{ pointer: `/${query.split('=', 1).join()}` }] });
  });
});
