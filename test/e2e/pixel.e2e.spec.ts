import { randomUUID } from 'node:crypto';
import { GIF } from '../../src/http/event/gif.ts';
import { FIREFOX } from '../given.ts';
import { startTestServer, until, type TestServer } from './harness.ts';

let antics: TestServer;
let site: { id: string; domain: string };
let page: string;
beforeAll(async () => {
  antics = await startTestServer({ ANTICS_RATE_LIMIT: 'client=1/s:80, site=1/s:1000, admin=100/s:500' });
});
beforeEach(async () => {
  site = await antics.createSite();
  page = `https://${site.domain}/news?utm_source=letter`;
});
afterAll(() => antics.stop());

/** As a browser asks for an image. */
const IMAGE = { 'user-agent': FIREFOX, accept: 'image/avif,image/webp,image/png,*/*;q=0.8', 'sec-fetch-dest': 'image' };

interface Shown {
  status: number;
  type: string | null;
  dropped: string | null;
  bytes: Buffer;
  headers: Headers;
}

async function show(query: Record<string, string>, headers: Record<string, string> = {}, method = 'GET', id = site.id): Promise<Shown> {
  const url = `${antics.server.baseUrl}/api/pixel/${id}.gif?${new URLSearchParams(query).toString()}`;
  const answer = await fetch(url, { method, headers: { ...IMAGE, ...headers } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const [type, dropped] = [answer.headers.get('content-type'), answer.headers.get('x-antics-dropped')];
  return { status: answer.status, type, dropped, bytes, headers: answer.headers };
}

const hits = (): Promise<{ hostname: string; pathname: string; name: string | null; referrer: string | null; props: unknown }[]> =>
  antics.database.db
    .selectFrom('log_hits').innerJoin('sites', 'sites.site_id', 'log_hits.site_id').where('sites.id', '=', site.id)
    .select(['log_hits.hostname', 'log_hits.pathname', 'log_hits.name', 'log_hits.referrer', 'log_hits.props']).orderBy('position').execute();

it('counts the page that shows it, which is its Referer', async () => {
  const shown = await show({}, { referer: page });
  expect(shown).toMatchObject({ status: 200, type: 'image/gif', dropped: null });
  expect(shown.bytes).toEqual(GIF);
  expect(shown.bytes).toHaveLength(43);
  expect(shown.headers.get('cache-control')).toBe('no-store');
  expect(shown.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  expect(await hits()).toMatchObject([{ hostname: site.domain, pathname: '/news', name: null, referrer: null }]);
  await until(10_000, async () => {
    const { json } = await antics.ask(`/api/stats/${site.id}?period=today`);
    return json.summary.pageviews === 1 && json.summary.visitors === 1 ? true : undefined;
  });
});

it('counts what its address says, where the Referer is cut to the origin', async () => {
  const referer = `https://${site.domain}/`;
  await show({ u: page, r: 'https://google.com/search?q=x', n: 'Read', p: '{"issue":"7"}' }, { referer });
  await show({ u: `https://blog.${site.domain}/a` }, { referer: `https://blog.${site.domain}/` });
  expect(await hits()).toMatchObject([
    { pathname: '/news', name: 'Read', referrer: 'https://google.com/search', props: { issue: '7' } },
    { hostname: `blog.${site.domain}`, pathname: '/a' },
  ]);
});

it('counts without a Referer, as in a mail, where its address is of the site, and no other site’s', async () => {
  expect((await show({ u: page })).dropped).toBeNull();
  expect((await show({ u: 'https://elsewhere.example/' })).dropped).toBe('unknown_site');
  expect(await hits()).toHaveLength(1);
});

it('cannot be shown elsewhere to count here', async () => {
  const other = await antics.createSite();
  for (const referer of ['https://elsewhere.example/', `https://${other.domain}/`, `https://not${site.domain}/`]) {
    expect(await show({ u: page }, { referer })).toMatchObject({ status: 200, type: 'image/gif', dropped: 'unknown_site' });
  }
  expect((await show({}, { referer: page }, 'GET', randomUUID())).dropped).toBe('unknown_site');
  expect(await hits()).toEqual([]);
});

it.each([
  ['prefetch', { 'sec-purpose': 'prefetch' }],
  ['bot', { 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' }],
])('says %s of what nobody saw, and logs it', async (reason, headers) => {
  expect(await show({}, { referer: page, ...headers })).toMatchObject({ status: 200, dropped: reason });
  expect(await hits()).toHaveLength(1);
});

it('tells of a malformed one by its status, with the image where one is asked for and else in words', async () => {
  for (const query of [{ u: 'ftp://example.com/' }, {}, { u: page, n: 'x'.repeat(121) }, { u: page, p: 'x' }] as Record<string, string>[]) {
    expect(await show(query)).toMatchObject({ status: 400, type: 'image/gif', bytes: GIF });
    const told = await show(query, { accept: '*/*' });
    expect([told.status, told.type]).toEqual([400, 'application/problem+json; charset=utf-8']);
    const pointer = query.n !== undefined ? '/n' : query.p !== undefined ? '/p' : '/u';
    expect(JSON.parse(told.bytes.toString())).toMatchObject({ status: 400, errors: [{ pointer }] });
  }
  const repeated = await fetch(`${antics.server.baseUrl}/api/pixel/${site.id}.gif?u=${page}&u=${page}`);
  expect(repeated.status).toBe(400);
  expect((await show({ u: page }, { accept: '*/*' }, 'GET', site.domain)).status).toBe(404);
  expect(await hits()).toEqual([]);
});

it('answers HEAD, and counts nothing by it', async () => {
  expect(await show({}, { referer: page }, 'HEAD')).toMatchObject({ status: 200, type: 'image/gif' });
  expect(await hits()).toEqual([]);
});

it('is limited as hits are, whatever key it shows', async () => {
  for (const headers of [{}, { authorization: 'Bearer wrong' }] as Record<string, string>[]) {
    const shown = await Promise.all(Array.from({ length: 120 }, () => show({}, { referer: page, ...headers })));
    const refused = shown.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(20);
    expect(refused[0]).toMatchObject({ type: 'image/gif', bytes: GIF });
  }
});
