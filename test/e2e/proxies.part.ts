import { FIREFOX } from '../given.ts';
import { startTestServer, type TestServer } from './harness.ts';
import { askFrom, isInstalled, startAuthelia, startProxy, type Got, type Proxy, type ProxyName } from './proxies.ts';

const PROXIES: readonly ProxyName[] = ['nginx', 'caddy'];
const ONE = '127.0.0.2';
const OTHER = '127.0.0.3';

for (const name of PROXIES) {
  // Only Linux answers on all of 127.0.0.0/8, from which the visitors come.
  const isHere = process.platform === 'linux' && isInstalled(name);
  const title = `behind ${name} and Authelia, as docs/examples sets them up`;
  if (isHere) describe(title, () => tryProxy(name));
  else describe.skip(`${title} (skipped: ${name} is not installed)`, () => it.todo('is tried'));
}

function tryProxy(name: ProxyName): void {
  let antics: TestServer;
  let authelia: Awaited<ReturnType<typeof startAuthelia>>;
  let proxy: Proxy;
  beforeAll(async () => {
    antics = await startTestServer({ ANTICS_TRUSTED_PROXIES: '127.0.0.1' });
    authelia = await startAuthelia();
    proxy = await startProxy(name, new URL(antics.server.baseUrl).port, authelia.port);
  });
  afterAll(async () => {
    await proxy?.stop();
    await authelia?.stop();
    await antics?.stop();
  });

  const get = (path: string, headers: Record<string, string> = {}, from = ONE): Promise<Got> =>
    askFrom(from, proxy.port, { path, headers: { host: 'analytics.example.com', ...headers } });
  const hit = (domain: string, from: string, headers: Record<string, string> = {}): Promise<Got> =>
    askFrom(from, proxy.port, {
      path: '/api/event',
      method: 'POST',
      headers: { origin: `https://${domain}`, 'user-agent': FIREFOX, 'content-type': 'text/plain', ...headers },
      body: JSON.stringify({ u: `https://${domain}/` }),
    });
  const ann = { cookie: 'authelia_session=ann' };
  const bea = { cookie: 'authelia_session=bea' };

  it('knows who is signed in, and what they may see', async () => {
    const { id } = await antics.createSite();
    const [admin, member] = [await get('/api/sites', ann), await get('/api/sites', bea)];
    expect(admin.status).toBe(200);
    expect(admin.text).toContain(id);
    expect(member.status).toBe(200);
    expect(member.text).not.toContain(id);
    expect((await get(`/api/stats/${id}`, bea)).status).toBe(404);
  });

  it.each(['Remote-User', 'remote-user', 'REMOTE_USER', 'Remote_User'])('believes nobody’s own %s', async (header) => {
    const spoofed = { [header]: 'root', 'Remote-Groups': 'admins' };
    expect((await get('/api/sites', spoofed)).status).toBe(401);
    expect((await get('/api/sites', { ...spoofed, ...bea })).text).toBe('{"sites":[]}');
    expect((await get('/api/sites', { ...spoofed, cookie: 'authelia_session=over' })).status).not.toBe(200);
    expect((await get('/antics.js', spoofed)).status).toBe(200);
  });

  it('puts on record who is signed in, whatever they call themselves', async () => {
    const made = await askFrom(ONE, proxy.port, {
      path: '/api/sites',
      method: 'POST',
      headers: {
        ...ann,
        'remote-user': 'mallory',
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
      },
      body: JSON.stringify({ domain: `${name}.example` }),
    });
    expect(made.status).toBe(201);
    const { rows } = { rows: await antics.database.db.selectFrom('log_events').select('actor').execute() };
    expect(rows.map(({ actor }) => actor)).toContain('user:ann');
    expect(rows.map(({ actor }) => actor)).not.toContain('user:mallory');
  });

  it('lets hits, the script, badges and public stats pass without signing in, and nothing else', async () => {
    const open = await antics.createSite({ public: true });
    const hidden = await antics.createSite();
    expect((await hit(open.domain, ONE)).status).toBe(202);
    for (const path of ['/antics.js', `/api/badge/${open.id}`, `/api/stats/${open.id}`, '/api/health']) {
      expect([path, (await get(path)).status]).toEqual([path, 200]);
    }
    expect((await get(`/api/stats/${hidden.id}`)).status).toBe(401);
    expect((await get(`/api/export/${open.id}`)).status).toBe(401);
    expect((await get('/metrics', ann)).status).toBe(404);
    const page = await get('/');
    expect(page.status).toBe(302);
    expect(page.location).toMatch(/^https:\/\/auth\.example\.com\//);
  });

  it('lets an API key pass by Authelia', async () => {
    expect((await get('/api/sites', { authorization: `Bearer ${antics.adminKey}` })).status).toBe(200);
    expect((await get('/api/sites', { authorization: 'Bearer wrong', ...ann })).status).toBe(401);
  });

  it('tells visitors apart by their address, and not by what they write into X-Forwarded-For', async () => {
    const { id, domain } = await antics.createSite();
    for (const from of [ONE, OTHER, ONE]) expect((await hit(domain, from)).status).toBe(202);
    expect((await hit(domain, ONE, { 'x-forwarded-for': '203.0.113.9' })).status).toBe(202);
    const hits = await antics.database.db
      .selectFrom('log_hits')
      .innerJoin('sites', 'sites.site_id', 'log_hits.site_id')
      .where('sites.id', '=', id)
      .select('visitor')
      .execute();
    expect(hits).toHaveLength(4);
    expect(new Set(hits.map(({ visitor }) => String(visitor))).size).toBe(2);
  });
}
