import { Umami } from '@umami/node';
import { readHits } from '../browser/logged.ts';
import { FIREFOX } from '../given.ts';
import { askAt, sharedServer, until, type Answer, type TestServer } from './harness.ts';

let antics: TestServer;
beforeAll(async () => {
  antics = await sharedServer();
});

type Sent = Record<string, string>;
const dropped = ({ headers }: Answer) => headers.get('x-antics-dropped');
const post = (path: string, body: unknown, headers: Sent) =>
  askAt(antics.server.baseUrl, path, { method: 'POST', key: null, body, headers: { 'user-agent': FIREFOX, ...headers } });

/** As it stands in the log. */
const logged = async ({ id }: { id: string }) =>
  (await readHits(antics.database.db, id)).map(({ name, page, referrer, width, props, vitals, verdict }) => ({
    ...{ name, page, referrer, width, props, vitals, verdict },
  }));
const summaryOf = ({ id }: { id: string }, pageviews: number, events: number) =>
  until(10_000, async () => {
    const { summary } = (await antics.ask(`/api/stats/${id}?period=today`)).json;
    return summary.pageviews >= pageviews && summary.events >= events ? summary : undefined;
  });
const NOTHING = { referrer: null, width: null, props: null, vitals: null, verdict: null };

const HOSTILE = [
  ...['', 'null', '[]', '5', '"x"', '{', '{"__proto__":{"type":"event"}}', '['.repeat(5_000)],
  '{"type":"event","payload":{"url":"/\\u0000","name":"\\ud800","data":{"__proto__":"x","a\\u0000":"\\udfff"}}}',
  JSON.stringify({ type: 'event', payload: { url: `/${'x'.repeat(50_000)}`, website: 'x'.repeat(9_000) } }),
  JSON.stringify({ type: 'event', payload: { url: 'https://[', hostname: '\0@/', referrer: '\ud800' } }),
];

describe('Umami’s tracker', () => {
  const WEBSITE = 'e676c9b4-11e4-4ef1-a4d7-87001773e9f2';
  const send = (domain: string, sent: unknown, headers: Sent = {}) =>
    post('/api/send', sent, { origin: `https://${domain}`, ...headers });

  it('has its page views, events and vitals counted, at the site of the Origin', async () => {
    const site = await antics.createSite();
    const at = (path: string) => `https://${site.domain}${path}`;
    const page = { website: WEBSITE, screen: '1920x1080', hostname: site.domain, title: 'x', language: 'en' };
    const view = { ...page, url: at('/?utm_source=hn'), referrer: 'https://news.ycombinator.com/item' };
    const answers = [
      await send(site.domain, { type: 'event', payload: view }),
      await send(site.domain, { type: 'identify', payload: { ...view, id: 'ann' } }, { 'x-umami-cache': '' }),
      await send(site.domain, { type: 'event', payload: { ...view, name: 'Signup', data: { plan: 'pro', x: [1] } } }),
      await send(site.domain, { type: 'performance', payload: { ...view, lcp: 1200, inp: 80, cls: 0.01, duration: 9 } }),
      await send(site.domain, { type: 'event', payload: { ...page, url: '/b', referrer: '/' } }),
    ];
    for (const { status, json } of answers) {
      expect(status).toBe(200);
      expect(json).toEqual({ cache: '', sessionId: expect.any(String), visitId: expect.any(String) });
    }
    // Nothing in the answers tells one person from another.
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const from = { referrer: 'https://news.ycombinator.com/item', width: 1920 };
    expect(await logged(site)).toEqual([
      { ...NOTHING, ...from, name: null, page: '/?utm_source=hn' },
      { ...NOTHING, ...from, name: 'Signup', page: '/?utm_source=hn', props: { plan: 'pro' } },
      { ...NOTHING, width: 1920, name: 'engagement', page: '/?utm_source=hn', vitals: { lcp: 1200, inp: 80, cls: 0.01 } },
      { ...NOTHING, width: 1920, name: null, page: '/b' },
    ]);
    expect(await summaryOf(site, 2, 1)).toMatchObject({ visitors: 1, visits: 1, pageviews: 2, events: 1 });
  });

  it('names a site by an alias, which its pages alone may use', async () => {
    const [site, other] = [await antics.createSite(), await antics.createSite()];
    await antics.ask(`/api/sites/${site.id}`, { method: 'PUT', body: { aliases: [WEBSITE] } });
    const view = (website: string, domain: string) =>
      send(domain, { type: 'event', payload: { website, hostname: domain, url: '/' } });
    await until(1_500, async () => ((await view(WEBSITE, `blog.${site.domain}`)).headers.has('x-antics-dropped') ? undefined : true));
    expect(dropped(await view(WEBSITE, other.domain))).toBe('unknown_site');
    expect(dropped(await view(site.id, other.domain))).toBe('unknown_site');
    expect(dropped(await view(other.id, other.domain))).toBeNull();
    expect(await logged(other)).toHaveLength(1);
  });

  it('is answered its preflight, and told what is wrong', async () => {
    const { domain } = await antics.createSite();
    const headers = { origin: `https://${domain}`, 'access-control-request-headers': 'content-type,x-umami-cache' };
    const preflight = await askAt(antics.server.baseUrl, '/api/send', { method: 'OPTIONS', key: null, headers });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type,x-umami-cache');
    const wrong = await send(domain, { type: 'event', payload: { url: 'https://x.example/\0'.padEnd(3_000, 'x') } });
    expect([wrong.status, wrong.headers.get('content-type')]).toEqual([400, 'application/problem+json; charset=utf-8']);
    expect(wrong.json.errors[0].pointer).toBe('/payload/url');
    const bot = await send(domain, { type: 'event', payload: { url: '/' } }, { 'user-agent': 'curl/8' });
    expect([bot.status, dropped(bot)]).toEqual([200, 'bot']);
  });

  it('as @umami/node runs on a server, which can show no key: it is refused', async () => {
    const site = await antics.createSite();
    const umami = new Umami({ hostUrl: antics.server.baseUrl, websiteId: site.id });
    const answer = await umami.track({ url: '/', hostname: site.domain });
    expect(answer.status).toBe(401);
    expect(await logged(site)).toEqual([]);
  });

  it.each(HOSTILE)('is never the server’s fault: %.50s', async (body) => {
    const { domain } = await antics.createSite();
    expect((await send(domain, body)).status).toBeLessThan(500);
  });
});

describe('GoatCounter’s count.js', () => {
  const count = (method: string, query: string, headers: Sent) =>
    askAt(antics.server.baseUrl, `/count${query}`, { method, key: null, headers: { 'user-agent': FIREFOX, ...headers } });

  it('has what it sends as a beacon counted, and what it shows as an image', async () => {
    const site = await antics.createSite();
    const origin = `https://${site.domain}`;
    const tail = '&t=Title&s=1280&q=%3Futm_source%3Dhn&rnd=abc12';
    const answers = [
      await count('POST', `?p=%2Fa%3Futm_source%3Dhn&r=https%3A%2F%2Fx.example%2Fy${tail}`, { origin }),
      await count('GET', `?p=%2Fb${tail}`, { referer: `${origin}/`, accept: 'image/*' }),
      await count('POST', `?p=Signup&e=true${tail}`, { origin, referer: `${origin}/b` }),
      await count('POST', `?p=%2Fc&b=153${tail}`, { origin }),
    ];
    for (const { status, headers } of answers) {
      expect(status).toBe(200);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-type': 'image/gif',
        'content-length': '43',
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'cross-origin',
        'access-control-allow-origin': '*',
      });
    }
    expect(answers.map(dropped)).toEqual([null, null, null, 'bot']);
    expect(await logged(site)).toEqual([
      { ...NOTHING, name: null, page: '/a?utm_source=hn', referrer: 'https://x.example/y', width: 1280 },
      { ...NOTHING, name: null, page: '/b?utm_source=hn', width: 1280 },
      { ...NOTHING, name: 'Signup', page: '/b', width: 1280 },
      { ...NOTHING, name: null, page: '/c?utm_source=hn', width: 1280, verdict: 2 },
    ]);
    expect(await summaryOf(site, 2, 1)).toMatchObject({ visitors: 1, visits: 1, pageviews: 2, events: 1 });
  });

  it('is of no site where nothing says of which it is', async () => {
    const hosts = async () => (await antics.ask('/api/refused-hosts')).text;
    const before = await hosts();
    expect(dropped(await count('GET', '?p=/', {}))).toBe('unknown_site');
    expect(dropped(await count('POST', '?p=/', { origin: 'null' }))).toBe('unknown_site');
    expect((await count('POST', '?p=/', {})).status).toBe(401);
    expect(await hosts()).toBe(before);
  });

  it('is told what is wrong, an image by an image', async () => {
    const { domain } = await antics.createSite();
    const origin = `https://${domain}`;
    const wrong = await count('POST', '', { origin });
    expect([wrong.status, wrong.json.errors[0].pointer]).toEqual([400, 'p']);
    expect((await count('POST', `?p=/${'x'.repeat(3_000)}`, { origin })).json.errors[0].pointer).toBe('p');
    const image = await count('GET', '', { referer: `${origin}/`, accept: 'image/avif,image/*,*/*;q=0.8' });
    expect([image.status, image.headers.get('content-type')]).toEqual([400, 'image/gif']);
  });

  it('counts nothing for a HEAD', async () => {
    const site = await antics.createSite();
    expect((await count('HEAD', '?p=/', { referer: `https://${site.domain}/` })).status).toBe(200);
    expect(await logged(site)).toEqual([]);
  });

  it.each(['?p=%00%ed%a0%80', '?p=%', '?p=/&q=%ff&r=%00&s=%00&b=__proto__', '?p[]=1&p=2', `?p=/%${'00'.repeat(3_000)}`, '?p=https://['])(
    'is never the server’s fault: %.50s',
    async (query) => {
      const { domain } = await antics.createSite();
      for (const method of ['GET', 'POST']) {
        const { status } = await count(method, query, { origin: `https://${domain}` });
        expect(status).toBeLessThan(500);
      }
    },
  );
});
