import { engagement, event, pageView } from '../given.ts';
import { sharedContractApp, type ContractApp } from './contract-app.ts';

let app: ContractApp;
beforeAll(async () => {
  app = await sharedContractApp();
  app.setNow('2026-11-23T12:00:00Z');
});

const SUMMARY_OF_NOTHING = {
  visitors: 0,
  visits: 0,
  pageviews: 0,
  events: 0,
  bounce_rate: null,
  visit_duration: null,
  views_per_visit: null,
};

describe('GET /api/stats/:site_id', () => {
  it('answers sums, those of the period before, a breakdown and how current they are', async () => {
    const site = await app.site(
      { timezone: 'Europe/Berlin' },
      pageView('/', { at: '2026-10-24T09:00Z', visitor: 'ann' }),
      pageView('/', { at: '2026-11-20T09:00Z', visitor: 'ann' }),
      pageView('/pricing', { at: '2026-11-20T09:00:30Z', visitor: 'ann' }),
      engagement('/pricing', 10, { at: '2026-11-20T09:00:40Z', visitor: 'ann', scroll: 40 }),
      engagement('/pricing', 2, { at: '2026-11-20T09:00:42Z', visitor: 'ann', scroll: 11 }),
      pageView('/pricing', { at: '2026-11-20T10:00Z', visitor: 'bob' }),
      engagement('/pricing', null, { at: '2026-11-20T10:01Z', visitor: 'bob', scroll: 71 }),
      event('Signup', { at: '2026-11-21T10:00Z', visitor: 'bob', pathname: '/pricing' }),
    );
    const answer = await app.get(`/api/stats/${site.id}`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json).toEqual({
      site_id: site.id,
      period: { from: '2026-10-25', to: '2026-11-23', timezone: 'Europe/Berlin' },
      metric: 'pathname',
      summary: {
        visitors: 3,
        visits: 3,
        pageviews: 3,
        events: 1,
        bounce_rate: 0.3333,
        visit_duration: 14,
        views_per_visit: 1,
      },
      previous_summary: {
        visitors: 1,
        visits: 1,
        pageviews: 1,
        events: 0,
        bounce_rate: 1,
        visit_duration: 0,
        views_per_visit: 1,
      },
      breakdown: [
        {
          ...{ value: '/pricing', visitors: 2, visits: 2, pageviews: 2, bounce_rate: 1, visit_duration: 12 },
          ...{ scroll_depth: 55.5, time_on_page: 12 },
        },
        {
          ...{ value: '/', visitors: 1, visits: 1, pageviews: 1, bounce_rate: 0, visit_duration: null },
          ...{ scroll_depth: null, time_on_page: null },
        },
      ],
      next_cursor: null,
      meta: {
        position: expect.any(Number),
        lag_seconds: expect.any(Number),
        projection_version: 1,
        visitors: 'distinct per day, summed over days',
        partial: true,
      },
    });
  });

  it('answers nulls for rates of nothing, and does not call a past period partial', async () => {
    const site = await app.site({});
    const { json } = await app.get(`/api/stats/${site.id}?period=2026-01-01,2026-01-31`);
    expect(json.summary).toEqual(SUMMARY_OF_NOTHING);
    expect(json.previous_summary).toEqual(SUMMARY_OF_NOTHING);
    expect(json.breakdown).toEqual([]);
    expect(json.meta).not.toHaveProperty('partial');
  });

  it('takes today from the site, not from the server', async () => {
    const site = await app.site({ timezone: 'Pacific/Kiritimati' });
    const { json } = await app.get(`/api/stats/${site.id}?period=today`);
    expect(json.period).toEqual({ from: '2026-11-24', to: '2026-11-24', timezone: 'Pacific/Kiritimati' });
  });

  it('compares 12 months with the 12 before them', async () => {
    const site = await app.site(
      {},
      pageView('/', { at: '2024-12-01T00:00Z' }),
      pageView('/', { at: '2025-11-30T23:00Z' }),
      pageView('/', { at: '2025-12-01T01:00Z' }),
      pageView('/', { at: '2024-11-30T01:00Z' }),
    );
    const { json } = await app.get(`/api/stats/${site.id}?period=12mo`);
    expect(json.period).toMatchObject({ from: '2025-12-01', to: '2026-11-23' });
    expect([json.summary.pageviews, json.previous_summary.pageviews]).toEqual([1, 2]);
  });

  it('counts events by name, and nothing of a visit with them', async () => {
    const site = await app.site(
      {},
      event('Signup', { at: '2026-11-22T10:00Z', visitor: 'ann' }),
      event('Signup', { at: '2026-11-22T10:01Z', visitor: 'ann' }),
      event('Download', { at: '2026-11-22T10:02Z', visitor: 'bob' }),
    );
    const { json } = await app.get(`/api/stats/${site.id}?metric=event`);
    const none = { pageviews: null, bounce_rate: null, visit_duration: null };
    expect(json.breakdown).toEqual([
      { value: 'Download', visitors: 1, visits: 1, events: 1, ...none },
      { value: 'Signup', visitors: 1, visits: 1, events: 2, ...none },
    ]);
  });

  it.each([
    ['referrer', 'Google'],
    ['country', 'DE'],
    ['browser', 'Firefox'],
    ['os', 'Linux'],
    ['device', 'desktop'],
    ['channel', 'Organic Social'],
    ['utm_medium', 'social'],
    ['utm_campaign', 'spring'],
    ['utm_source', 'google'],
    ['utm_term', 'shoes'],
    ['utm_content', 'b'],
    ['hostname', 'example.com'],
    ['entry_page', '/'],
    ['exit_page', '/'],
  ])('breaks down by %s', async (metric, value) => {
    const query = 'utm_source=google&utm_medium=social&utm_campaign=spring&utm_term=shoes&utm_content=b';
    const hit = { at: '2026-11-22T10:00Z', query, country: 'DE', width: 1920 };
    const site = await app.site({}, pageView('/', hit));
    const { json } = await app.get(`/api/stats/${site.id}?metric=${metric}`);
    const figures = { visitors: 1, visits: 1, pageviews: 1, bounce_rate: 1, visit_duration: 0 };
    expect(json).toMatchObject({ metric, breakdown: [{ value, ...figures }] });
    expect(Object.keys(json.breakdown[0]).sort()).toEqual(['value', ...Object.keys(figures)].sort());
  });
});

describe('the pages of a breakdown', () => {
  it('are together what one page of all rows is, though their figures are equal', async () => {
    const paths = ['/a', '/b', '/ä', '/🦩', '/z', '/A', '/"', '/%ff', '/b b', '/c', '/d', '/e'];
    const hits = paths.flatMap((path, i) =>
      Array.from({ length: i < 4 ? 2 : 1 }, (_, visitor) =>
        pageView(path, { at: '2026-11-22T10:00Z', visitor: `visitor ${visitor}` }),
      ),
    );
    const site = await app.site({}, ...hits);
    const whole = (await app.get(`/api/stats/${site.id}?limit=1000`)).json;
    expect(whole.breakdown).toHaveLength(paths.length);
    expect(whole.next_cursor).toBeNull();

    const paged: unknown[] = [];
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null; pages += 1) {
      const { json } = await app.get(`/api/stats/${site.id}?limit=3${cursor && `&cursor=${cursor}`}`);
      expect(json.breakdown).toHaveLength(3);
      paged.push(...json.breakdown);
      cursor = json.next_cursor;
      expect(cursor === null || /^[\w-]+$/.test(cursor)).toBe(true);
    }
    expect(pages).toBe(4);
    expect(paged).toEqual(whole.breakdown);
  });
});

describe('a question that is wrong', () => {
  const cursorOf = (text: string) => Buffer.from(text).toString('base64url');

  it.each([
    ['period', ''],
    ['period', '31d'],
    ['period', '2026-02-30,2026-03-01'],
    ['period', '2026-03-02,2026-03-01'],
    ['period', '2020-01-01,2026-01-01'],
    ['period', '2026-01-01'],
    ['period', '%00'],
    ['metric', ''],
    ['metric', 'city'],
    ['metric', 'toString'],
    ['limit', ''],
    ['limit', '0'],
    ['limit', '1001'],
    ['limit', '-1'],
    ['limit', '1.5'],
    ['limit', '1e2'],
    ['limit', '%20 5'],
    ['limit', '99999999999999999999'],
    ['cursor', ''],
    ['cursor', '!!!'],
    ['cursor', cursorOf('[1]')],
    ['cursor', cursorOf('[1,"a",2]')],
    ['cursor', cursorOf('[-1,"a"]')],
    ['cursor', cursorOf('[1.5,"a"]')],
    ['cursor', cursorOf('[3000000000,"a"]')],
    ['cursor', cursorOf('["1","a"]')],
    ['cursor', cursorOf('[1,"\\u0000"]')],
    ['cursor', cursorOf('[1,"\\ud800"]')],
    ['cursor', cursorOf('{}')],
    ['cursor', `${cursorOf('[1,"a"]')}=`],
  ])('is refused by the parameter: %s=%s', async (name, value) => {
    const site = await app.site({});
    const answer = await app.get(`/api/stats/${site.id}?${name}=${value.replaceAll(' ', '%20')}`);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toMatch('application/problem+json');
    expect(answer.json).toMatchObject({ status: 400, errors: [{ pointer: `/${name}`, detail: expect.any(String) }] });
  });

  it.each(['period=7d&period=7d', 'metric=os&metric=os', 'limit=1&limit=1', 'cursor=a&cursor=a'])(
    'is refused when a parameter comes twice: %s',
    async (query) => {
      const site = await app.site({});
      const answer = await app.get(`/api/stats/${site.id}?${query}`);
      const pointer = `/${query.split('=', 1).join()}`;
      expect(answer.json).toMatchObject({ status: 400, errors: [{ pointer, detail: 'must be given once' }] });
    },
  );

  it('hears of every wrong parameter at once', async () => {
    const site = await app.site({});
    const { json } = await app.get(`/api/stats/${site.id}?period=x&metric=x&limit=x&cursor=x`);
    const pointers = (json.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers.sort()).toEqual(['/cursor', '/limit', '/metric', '/period']);
  });

  it.each(['__proto__=1', '__proto__=1&__proto__=2', 'constructor=x', 'foo=1&foo=2', 'period[x]=1', '&&=&'])(
    'is answered where a parameter is not known: %s',
    async (query) => {
      const site = await app.site({});
      expect((await app.get(`/api/stats/${site.id}?${query}`)).status).toBe(200);
    },
  );
});

describe('a site that is not there', () => {
  const ROUTES = ['', '/timeseries', '/realtime', '/paths', '/entry-exit', '/vitals'];

  it.each(ROUTES)('is the same 404 as text that is no id: /api/stats/:site_id%s', async (route) => {
    const [unknown, ...others] = await Promise.all(
      ['019ab0c4-0000-7000-8000-000000000000', 'x', '%00', "'", '0'.repeat(90)].map((id) =>
        app.get(`/api/stats/${id}${route}`),
      ),
    );
    expect(unknown?.json).toMatchObject({ status: 404, detail: 'There is no such site.' });
    for (const other of others) expect(other.json).toEqual(unknown?.json);
  });

  it.each(ROUTES)('is 401 to who shows no key, as a private one is: /api/stats/:site_id%s', async (route) => {
    const site = await app.site({});
    const unknown = await app.getUnknown(`/api/stats/019ab0c4-0000-7000-8000-000000000000${route}`);
    const known = await app.getUnknown(`/api/stats/${site.id}${route}`);
    expect([unknown.status, known.status].every((status) => status === unknown.status && status >= 401)).toBe(true);
    expect(known.json).toEqual(unknown.json);
  });

  it.each(ROUTES)('of a public site everybody may ask: /api/stats/:site_id%s', async (route) => {
    const site = await app.site({ public: true });
    expect((await app.getUnknown(`/api/stats/${site.id}${route}`)).status).toBe(200);
  });
});
