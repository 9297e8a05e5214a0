import { randomUUID } from 'node:crypto';
import { FIREFOX } from '../given.ts';
import { askAt, sharedServer, startTestServer, until, type Answer, type Ask, type TestServer } from './harness.ts';

let antics: TestServer;
/** Another process, as far as the database can tell. */
let beside: TestServer;
/** Nobody manages to change it. */
let shared: { id: string };
beforeAll(async () => {
  antics = await sharedServer();
  const env = { DATABASE_URL: antics.url, ANTICS_ADMIN_KEY: antics.adminKey, ANTICS_ROLE: 'api' };
  beside = await startTestServer(env);
  shared = await antics.createSite();
});
afterAll(() => beside.stop());

const put = (id: string, body: unknown, more: Ask = {}) =>
  antics.ask(`/api/sites/${id}`, { method: 'PUT', body, ...more });
const remove = (id: string, more: Ask = {}) => antics.ask(`/api/sites/${id}`, { method: 'DELETE', ...more });

async function keyOf(key: Record<string, unknown>): Promise<string> {
  const made = await antics.ask('/api/keys', { method: 'POST', body: { name: 'test', ...key } });
  if (made.status !== 201) throw new Error(made.text);
  return (made.json as { key: string }).key;
}

function hit(domain: string, path: string, server: TestServer = antics): Promise<Answer> {
  const headers = { origin: `https://${domain}`, 'user-agent': FIREFOX };
  const body = { u: `https://${domain}${path}` };
  return askAt(server.server.baseUrl, '/api/event', { method: 'POST', key: null, headers, body });
}

/** Within a second in every process, and what a slow machine adds. */
async function isDropped(domain: string, path: string, reason: string | null): Promise<void> {
  for (const server of [antics, beside]) {
    await until(1_500, async () => {
      const { headers } = await hit(domain, path, server);
      return headers.get('x-antics-dropped') === reason ? true : undefined;
    });
  }
}

const lastEvent = (id: string) =>
  antics.database.db
    .selectFrom('log_events')
    .selectAll()
    .where('stream', '=', `site:${id}`)
    .orderBy('position', 'desc')
    .executeTakeFirstOrThrow();

describe('PUT /api/sites/:id', () => {
  it('changes what is given, shows the site with all its settings, and a new version', async () => {
    const site = await antics.createSite({ name: 'Old' });
    const settings = {
      name: 'New',
      public: true,
      timezone: 'Europe/Berlin',
      excluded_ips: ['192.0.2.1', '2001:db8::/32'],
      excluded_paths: ['/admin/*', '*.pdf'],
      query_keys: ['q', 'page'],
      respect_gpc: true,
      aliases: ['old.example', 'e676c9b4-11e4-4ef1-a4d7-87001773e9f3'],
    };
    const changed = await put(site.id, { ...settings, domain: 'other.example', colour: 'red' });
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"']);
    expect(changed.json).toEqual({ ...site, ...settings });
    const read = await antics.ask(`/api/sites/${site.id}`);
    expect([read.json, read.headers.get('etag')]).toEqual([changed.json, '"2"']);
    const one = await put(site.id, { public: false });
    expect([one.json, one.headers.get('etag')]).toEqual([{ ...changed.json, public: false }, '"3"']);
  });

  it('records only what really changed, and the addresses apart', async () => {
    const site = await antics.createSite({ name: 'Old' });
    await put(site.id, { name: 'New', public: false, excluded_ips: ['10.1.2.3/8'], excluded_paths: [] });
    expect(await lastEvent(site.id)).toMatchObject({
      type: 'SiteChanged',
      command: 'UpdateSite',
      actor_kind: 'key',
      site: site.id,
      before: { name: 'Old' },
      after: { name: 'New' },
      data: { id: site.id, site_id: expect.any(Number), changes: { name: 'New' } },
      private: { before: { excluded_ips: [] }, after: { excluded_ips: ['10.0.0.0/8'] } },
    });
    await put(site.id, { excluded_ips: [] });
    const { before, after, data, private: apart } = await lastEvent(site.id);
    expect([before, after]).toEqual([{}, {}]);
    expect(data).toMatchObject({ changes: {} });
    expect(apart).toEqual({ before: { excluded_ips: ['10.0.0.0/8'] }, after: { excluded_ips: [] } });
  });

  it('with nothing new answers as before, and records nothing', async () => {
    const site = await antics.createSite();
    const settings = { excluded_ips: ['10.0.0.0/8'], excluded_paths: ['/a'], query_keys: ['q'], respect_gpc: true };
    const first = await put(site.id, settings);
    for (const body of [{}, settings, { ...settings, excluded_ips: ['10.9.9.9/8', ' 10.0.0.0/8 '] }, { other: 1 }]) {
      const again = await put(site.id, body);
      expect([again.status, again.text, again.headers.get('etag')]).toEqual([200, first.text, '"2"']);
    }
    expect((await lastEvent(site.id)).version).toBe(2);
    expect((await put(site.id, {}, { headers: { 'if-match': '"1"' } })).status).toBe(412);
  });

  it.each<[string[], unknown]>([
    [['/name'], { name: null }],
    [['/name'], { name: '' }],
    [['/name'], { name: ' \u0000 ' }],
    [['/name'], { name: 'x'.repeat(201) }],
    [['/name'], { name: 5 }],
    [['/public'], { public: null }],
    [['/public'], { public: 'true' }],
    [['/timezone'], { timezone: null }],
    [['/timezone'], { timezone: 'Mars/Olympus' }],
    [['/timezone'], { timezone: '+05:30' }],
    [['/timezone'], { timezone: ['UTC'] }],
    [['/respect_gpc'], { respect_gpc: 1 }],
    [['/excluded_ips'], { excluded_ips: null }],
    [['/excluded_ips'], { excluded_ips: '10.0.0.1' }],
    [['/excluded_ips'], { excluded_ips: { 0: '10.0.0.1' } }],
    [['/excluded_ips'], { excluded_ips: Array<string>(1_001).fill('10.0.0.1') }],
    [
      ['/excluded_ips/1', '/excluded_ips/2', '/excluded_ips/3', '/excluded_ips/4'],
      { excluded_ips: ['10.0.0.1', 'x', null, '10.0.0.0/33', '1.1.1.1,2.2.2.2'] },
    ],
    [
      ['/excluded_paths/0', '/excluded_paths/2', '/excluded_paths/3', '/excluded_paths/4'],
      { excluded_paths: ['admin', '/ok', ['/x'], '/a\u0001b', `/${'x'.repeat(2_048)}`] },
    ],
    [
      ['/query_keys/0', '/query_keys/2', '/query_keys/3', '/query_keys/4'],
      { query_keys: ['a=b', 'ok', 'gclid', '', 'x'.repeat(101)] },
    ],
    [
      ['/excluded_ips/0', '/excluded_paths', '/name', '/public', '/query_keys/0', '/respect_gpc', '/timezone'],
      {
        ...{ name: 5, public: 'no', timezone: 1, respect_gpc: null },
        ...{ excluded_ips: ['y'], excluded_paths: 'x', query_keys: [1] },
      },
    ],
  ])('names %j where that is wrong, and changes nothing', async (pointers, body) => {
    const { id } = shared;
    const answer = await put(id, body);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ]);
    const errors = answer.json.errors as { pointer: string; detail: string }[];
    expect(errors.map((error) => error.pointer).sort()).toEqual(pointers);
    expect(errors.every((error) => /^must /.test(error.detail))).toBe(true);
    expect((await antics.ask(`/api/sites/${id}`)).headers.get('etag')).toBe('"1"');
  });

  it('stores text as it is, without what no database takes', async () => {
    const { id } = await antics.createSite();
    const name = '</script><img src=x onerror=alert(1)>"\' =1+1 😀';
    const changed = await put(id, `{"name":${JSON.stringify(`${name}\u0000`)},"excluded_paths":["/<b>\\ud800"]}`);
    expect(changed.json).toMatchObject({ name, excluded_paths: ['/<b>\ufffd'] });
    expect(changed.headers.get('content-type')).toMatch(/^application\/json/);
    expect(changed.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await antics.ask(`/api/sites/${id}`)).json.name).toBe(name);
  });

  it('hides the excluded addresses from who only reads', async () => {
    const { id } = await antics.createSite();
    await put(id, { excluded_ips: ['192.0.2.7'], excluded_paths: ['/a'] });
    const reader = await antics.ask(`/api/sites/${id}`, { key: await keyOf({ scopes: ['stats:read'] }) });
    expect(reader.json).toMatchObject({ id, excluded_paths: ['/a'], query_keys: [], respect_gpc: false });
    expect(reader.text).not.toContain('192.0.2.7');
    const writer = await antics.ask(`/api/sites/${id}`, { key: await keyOf({ scopes: ['sites:write'] }) });
    expect(writer.json.excluded_ips).toEqual(['192.0.2.7']);
  });
});

describe('aliases', () => {
  const named = async (name: string, domain: string): Promise<string | null> => {
    const headers = { origin: `https://${domain}`, 'user-agent': FIREFOX };
    const body = { u: `https://${domain}/`, d: name };
    const dropped = async ({ server }: TestServer): Promise<string | null> =>
      (await askAt(server.baseUrl, '/api/event', { method: 'POST', key: null, headers, body })).headers.get('x-antics-dropped');
    const [one, two] = [await dropped(antics), await dropped(beside)];
    return one === two ? one : 'not the same';
  };
  const becomes = (name: string, domain: string, reason: string | null) =>
    until(1_500, async () => ((await named(name, domain)) === reason ? true : undefined));

  it('name a site to every process within a second, for pages of its own host alone', async () => {
    const [site, other] = [await antics.createSite(), await antics.createSite()];
    expect(await named('My-Old-Id', site.domain)).toBe('unknown_site');
    const changed = await put(site.id, { aliases: ['my-old-id', 'second'] });
    expect(changed.json.aliases).toEqual(['my-old-id', 'second']);
    await becomes('My-Old-Id', site.domain, null);
    await becomes('second', `blog.${site.domain}`, null);
    expect(await named('my-old-id', other.domain)).toBe('unknown_site');
    await put(site.id, { aliases: ['second'] });
    await becomes('my-old-id', site.domain, 'unknown_site');
    expect(await lastEvent(site.id)).toMatchObject({
      type: 'SiteChanged',
      schema_version: 1,
      before: { aliases: ['my-old-id', 'second'] },
      after: { aliases: ['second'] },
    });
  });

  it('are one site’s alone, whoever asks, and free once it lets them go or is deleted', async () => {
    const [site, other] = [await antics.createSite(), await antics.createSite()];
    await put(site.id, { aliases: ['one', 'two'] });
    const key = await keyOf({ scopes: ['sites:write'], account: 'acme' });
    const body = { domain: `${randomUUID()}.example` };
    const { json: theirs } = await antics.ask('/api/sites', { method: 'POST', key, body });
    for (const taken of [
      await put(other.id, { aliases: ['free', 'Two', 'one'] }),
      await put(theirs.id, { aliases: ['free', 'Two', 'one'] }, { key }),
    ]) {
      expect([taken.status, taken.headers.get('content-type')]).toEqual([409, 'application/problem+json; charset=utf-8']);
      const detail = 'must be no name of another site';
      expect(taken.json.errors).toEqual([
        { pointer: '/aliases/1', detail },
        { pointer: '/aliases/2', detail },
      ]);
      expect(taken.text).not.toContain(site.domain);
    }
    expect((await put(site.id, { aliases: ['x'] }, { key })).status).toBe(404);
    await put(site.id, { aliases: ['two'] });
    expect((await put(other.id, { aliases: ['one'] })).status).toBe(200);
    await remove(site.id);
    expect((await put(other.id, { aliases: ['two', 'one'] })).json.aliases).toEqual(['two', 'one']);
  });

  it('that two sites want at once become one’s', async () => {
    const sites = await Promise.all(Array.from({ length: 4 }, () => antics.createSite()));
    const name = randomUUID();
    const answers = await Promise.all(
      sites.map(({ id }, i) => put(id, { aliases: i % 2 === 0 ? [name, `a ${name}`] : [`a ${name}`, name] })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409, 409]);
    const refused = answers.filter(({ status }) => status === 409);
    for (const { json } of refused) expect(json.errors).toHaveLength(2);
  });

  it.each<[string[], unknown]>([
    [['/aliases'], { aliases: null }],
    [['/aliases'], { aliases: 'x' }],
    [['/aliases'], { aliases: Array.from({ length: 21 }, (_, i) => `${i}`) }],
    [['/aliases/1', '/aliases/2', '/aliases/3'], { aliases: ['ok', '', 'a,b', 'x'.repeat(101)] }],
  ])('that are none are named: %j', async (pointers, body) => {
    const answer = await put(shared.id, body);
    expect(answer.status).toBe(400);
    expect(answer.json.errors.map((error: { pointer: string }) => error.pointer)).toEqual(pointers);
  });
});

describe('what is excluded', () => {
  it('is dropped by every process within a second, and counts again as soon', async () => {
    const { id, domain } = await antics.createSite();
    await isDropped(domain, '/admin/users', null);
    await put(id, { excluded_paths: ['/admin/*'] });
    await isDropped(domain, '/admin/users', 'excluded_path');
    await isDropped(domain, '/admin', null);
    await put(id, { excluded_ips: ['127.0.0.0/8'], excluded_paths: [] });
    await isDropped(domain, '/admin/users', 'excluded_ip');
    await put(id, { excluded_ips: [] });
    await isDropped(domain, '/admin/users', null);
  });
});

describe('DELETE /api/sites/:id', () => {
  it('takes the site away at once, everywhere', async () => {
    const { id, domain } = await antics.createSite({ public: true });
    const limited = await keyOf({ scopes: ['stats:read', 'sites:write'], site_ids: [id] });
    await isDropped(domain, '/', null);
    const gone = await remove(id);
    expect([gone.status, gone.text, gone.headers.get('etag')]).toEqual([204, '', '"2"']);

    const stats = ['', '/timeseries', '/realtime', '/paths', '/entry-exit', '/vitals'].map((sub) => `/api/stats/${id}${sub}`);
    for (const path of [...stats, `/api/export/${id}`, `/api/badge/${id}`, `/api/sites/${id}`]) {
      for (const key of [antics.adminKey, limited]) {
        expect([path, (await antics.ask(path, { key })).status]).toEqual([path, 404]);
      }
    }
    expect((await antics.ask(`/api/badge/${id}`, { key: null })).status).toBe(404);
    expect((await antics.ask('/api/sites')).text).not.toContain(id);
    expect((await antics.ask('/api/sites', { key: limited })).json).toEqual({ sites: [] });
    await isDropped(domain, '/', 'unknown_site');
    for (const again of [remove(id), put(id, { name: 'x' }), remove(id, { key: limited })]) {
      expect((await again).status).toBe(404);
    }
  });

  it('is on record with the site as it was', async () => {
    const { id, domain } = await antics.createSite();
    await put(id, { excluded_ips: ['192.0.2.9'] });
    await remove(id);
    expect(await lastEvent(id)).toMatchObject({
      type: 'SiteDeleted',
      command: 'DeleteSite',
      version: 3,
      site: id,
      before: { domain, name: domain, public: false, timezone: 'UTC' },
      after: null,
      private: { before: { excluded_ips: ['192.0.2.9'] } },
    });
  });

  it('frees the domain: it can be registered again at once, as another site', async () => {
    const { id, domain } = await antics.createSite();
    await isDropped(domain, '/', null);
    await remove(id);
    const again = await antics.createSite({ domain });
    expect(again.id).not.toBe(id);
    await isDropped(domain, '/', null);
    const { json } = await until(5_000, async () => {
      const stats = await antics.ask(`/api/stats/${again.id}?period=today`);
      return stats.json.summary.pageviews > 0 ? stats : undefined;
    });
    expect(json.summary.visitors).toBe(1);
    expect((await antics.ask(`/api/stats/${id}`)).status).toBe(404);
  });

  it('honours If-Match', async () => {
    const { id } = await antics.createSite();
    expect((await remove(id, { headers: { 'if-match': '"2"' } })).status).toBe(412);
    expect((await remove(id, { headers: { 'if-match': '"1"' } })).status).toBe(204);
    expect((await remove(id, { headers: { 'if-match': '*' } })).status).toBe(404);
  });
});

describe('who may not', () => {
  const writes = (id: string): [string, Ask][] => [
    [`/api/sites/${id}`, { method: 'PUT', body: { name: 'x' } }],
    [`/api/sites/${id}`, { method: 'PUT', body: { name: 5 } }],
    [`/api/sites/${id}/folder`, { method: 'PUT', body: { folder_id: null } }],
    [`/api/sites/${id}/folder`, { method: 'PUT', body: {} }],
    [`/api/sites/${id}`, { method: 'DELETE' }],
  ];

  it('write is 403, for a site that they see', async () => {
    const { id } = await antics.createSite();
    const key = await keyOf({ scopes: ['stats:read'] });
    for (const [path, ask] of writes(id)) expect((await antics.ask(path, { ...ask, key })).status).toBe(403);
  });

  it('be known is 401', async () => {
    const { id } = await antics.createSite({ public: true });
    for (const [path, ask] of writes(id)) expect((await antics.ask(path, { ...ask, key: null })).status).toBe(401);
  });

  it.each(['sites:write', 'stats:read'])('see the site learns nothing of whether it is there: %s', async (scope) => {
    const [mine, other] = [await antics.createSite(), await antics.createSite()];
    for (const limit of [{ site_ids: [mine.id] }, { account: 'elsewhere' }]) {
      const key = await keyOf({ scopes: [scope], ...limit });
      const nowhere = writes(randomUUID());
      for (const [i, [path, ask]] of writes(other.id).entries()) {
        const theirs = await antics.ask(path, { ...ask, key });
        const none = await antics.ask(nowhere[i]?.[0] ?? '', { ...ask, key });
        expect([theirs.status, theirs.text]).toEqual([none.status, none.text]);
        expect(theirs.status).toBe(scope === 'sites:write' && i % 2 === 1 ? 400 : 404);
      }
    }
    expect((await antics.ask(`/api/sites/${other.id}`)).headers.get('etag')).toBe('"1"');
  });

  it('name a site at all finds none', async () => {
    for (const id of ['no-uuid', '%00', `${randomUUID()}x`]) {
      for (const [path, ask] of writes(id)) expect([400, 404]).toContain((await antics.ask(path, ask)).status);
      expect((await remove(id)).status).toBe(404);
    }
  });
});
