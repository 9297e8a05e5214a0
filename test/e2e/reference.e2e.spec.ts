import { FIREFOX } from '../given.ts';
import { startTestServer, until, type Answer, type TestServer } from './harness.ts';

/** Each example of the published reference, in its order, as a client would type it, against one running server. */
let antics: TestServer;
let site: { id: string; domain: string };
const UUID = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const DAY = expect.stringMatching(/^\d{4}-\d\d-\d\d$/);
const ANY_NUMBER = expect.any(Number);

beforeAll(async () => {
  antics = await startTestServer({ ANTICS_RATE_LIMIT: 'off' });
  // A zone whose midnight is hours away.
  const timezone = new Date().getUTCHours() < 12 ? 'Asia/Tokyo' : 'UTC';
  site = await antics.createSite({ domain: 'example.com', timezone, public: true });
});
afterAll(() => antics.stop());

const hit = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  antics.ask('/api/event', {
    method: 'POST',
    key: null,
    headers: { origin: 'https://example.com', 'user-agent': FIREFOX, 'content-type': 'text/plain', ...headers },
    body: JSON.stringify(body),
  });
const post = (path: string, body: unknown, more: object = {}) => antics.ask(path, { method: 'POST', body, ...more });
const put = (path: string, body: unknown, more: object = {}) => antics.ask(path, { method: 'PUT', body, ...more });
const remove = (path: string, more: object = {}) => antics.ask(path, { method: 'DELETE', ...more });
const keysOf = (value: object): string[] => Object.keys(value).sort();

describe('POST /api/event', () => {
  it('takes the reference’s body and answers 202 with nothing in it', async () => {
    const sent = await hit({
      n: null,
      u: 'https://example.com/page',
      r: 'https://google.com',
      w: 1920,
      t: 5,
      p: { plan: 'pro' },
    });
    expect([sent.status, sent.text]).toEqual([202, '']);
    expect(sent.headers.get('access-control-allow-origin')).toBe('*');
    expect(sent.headers.has('x-antics-dropped')).toBe(false);
    for (const path of ['/about', '/pricing']) await hit({ u: `https://example.com${path}` });
    await hit({ n: 'Signup', u: 'https://example.com/pricing' });
    expect((await hit({ u: 'https://example.com/bot' }, { 'user-agent': 'curl/8' })).headers.get('x-antics-dropped')).toBe(
      'bot',
    );
  });

  it.each([
    [{ r: null }, '/u'],
    [{ u: 'ftp://example.com/' }, '/u'],
    [{ u: 'https://example.com/', n: {} }, '/n'],
    [{ u: 'https://example.com/', p: 5 }, '/p'],
  ])('refuses %j, naming the field', async (body, pointer) => {
    const refused = await hit(body);
    expect(refused.status).toBe(400);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.json).toMatchObject({ type: expect.any(String), title: expect.any(String), status: 400 });
    expect(refused.json.errors).toEqual([{ pointer, detail: expect.any(String) }]);
  });

  it('counts nothing for a host that is not registered, and tells the operator', async () => {
    const sent = await hit({ u: 'https://nobody.example/' }, { origin: 'https://nobody.example' });
    expect([sent.status, sent.headers.get('x-antics-dropped')]).toEqual([202, 'unknown_site']);
  });
});

describe('sites', () => {
  const fields = ['created_at', 'domain', 'folder_id', 'id', 'name', 'public', 'timezone', 'visitors_24h'];

  it('GET /api/sites lists all, each with the visitors of its last 24 hours', async () => {
    const mine = await until(5_000, async () => {
      const { json } = await antics.ask('/api/sites');
      const found = json.sites.find(({ id }: { id: string }) => id === site.id);
      return found?.visitors_24h === 1 ? (found as Record<string, unknown>) : undefined;
    });
    expect(keysOf(mine)).toEqual(fields);
  });

  it('POST /api/sites, PUT, PUT folder, DELETE', async () => {
    const made = await post('/api/sites', { domain: 'my.example', name: 'My Site' });
    expect([made.status, made.headers.get('etag')]).toEqual([201, '"1"']);
    expect(made.json).toMatchObject({ id: UUID, domain: 'my.example', name: 'My Site', created_at: TIME });
    const path = `/api/sites/${made.json.id}`;
    expect(made.headers.get('location')).toBe(path);
    expect((await post('/api/sites', { domain: 'my.example' })).status).toBe(409);

    const renamed = await put(path, { name: 'New Name', public: true });
    expect([renamed.status, renamed.headers.get('etag')]).toEqual([200, '"2"']);
    expect(renamed.json).toMatchObject({ id: made.json.id, name: 'New Name', public: true });
    expect((await put(path, { name: 'Late' }, { headers: { 'if-match': '"1"' } })).status).toBe(412);

    const folder = await post('/api/folders', { name: 'Personal', authelia_group: 'analytics-personal' });
    const moved = await put(`${path}/folder`, { folder_id: folder.json.id });
    expect([moved.status, moved.json.folder_id]).toEqual([200, folder.json.id]);
    expect((await put(`${path}/folder`, { folder_id: null })).json.folder_id).toBeNull();

    const gone = await remove(path);
    expect([gone.status, gone.text]).toEqual([204, '']);
    const after = await antics.ask(path);
    expect([after.status, after.text]).toEqual([404, (await antics.ask('/api/sites/nowhere')).text]);
    expect((await remove(path)).status).toBe(404);
  });

  it('an Idempotency-Key replays the first answer, and refuses another body', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = await post('/api/sites', { domain: 'once.example' }, { headers });
    const second = await post('/api/sites', { domain: 'once.example' }, { headers });
    expect([second.status, second.text]).toEqual([201, first.text]);
    for (const name of ['location', 'etag']) expect(second.headers.get(name)).toBe(first.headers.get(name));
    expect((await post('/api/sites', { domain: 'twice.example' }, { headers })).status).toBe(422);
  });
});

describe('stats', () => {
  const meta = { position: ANY_NUMBER, lag_seconds: ANY_NUMBER, projection_version: ANY_NUMBER };
  const ask = async (path: string) => {
    const answer = await antics.ask(path, { key: null });
    expect(answer.status).toBe(200);
    return answer.json;
  };

  it('GET /api/stats/:site_id has summary, previous_summary and breakdown', async () => {
    const stats = await ask(`/api/stats/${site.id}`);
    expect(stats).toMatchObject({ site_id: site.id, metric: 'pathname', next_cursor: null, meta });
    expect(stats.period).toEqual({ from: DAY, to: DAY, timezone: expect.any(String) });
    expect(stats.meta).toMatchObject({ partial: true, visitors: 'distinct per day, summed over days' });
    const rates = { bounce_rate: 0, visit_duration: ANY_NUMBER, views_per_visit: 3 };
    expect(stats.summary).toEqual({ visitors: 1, visits: 1, pageviews: 3, events: 1, ...rates });
    const none = { bounce_rate: null, visit_duration: null, views_per_visit: null };
    expect(stats.previous_summary).toEqual({ visitors: 0, visits: 0, pageviews: 0, events: 0, ...none });
    expect(stats.breakdown.map((row: { value: string }) => row.value)).toEqual(['/about', '/page', '/pricing']);
    const row = ['bounce_rate', 'pageviews', 'value', 'visit_duration', 'visitors', 'visits'];
    expect(keysOf(stats.breakdown[0])).toEqual(expect.arrayContaining(row));
  });

  it.each([
    ['referrer', 'Google'],
    ['browser', 'Firefox'],
    ['device', 'desktop'],
    ['event', 'Signup'],
    ['entry_page', '/page'],
    ['exit_page', '/pricing'],
    ['hostname', 'example.com'],
  ])('by %s', async (metric, value) => {
    const { breakdown } = await ask(`/api/stats/${site.id}?period=today&metric=${metric}`);
    expect(breakdown).toHaveLength(1);
    expect(breakdown[0].value.toLowerCase()).toBe(value.toLowerCase());
  });

  it('timeseries, realtime, paths, entry-exit', async () => {
    const { timeseries } = await ask(`/api/stats/${site.id}/timeseries`);
    expect(timeseries).toHaveLength(30);
    expect(timeseries.at(-1)).toEqual({ date: DAY, visitors: 1, visits: 1, pageviews: 3 });
    const realtime = await ask(`/api/stats/${site.id}/realtime`);
    expect(realtime).toMatchObject({ visitors: 1, window_seconds: 300 });
    const { paths } = await ask(`/api/stats/${site.id}/paths`);
    const steps = ['/page', '/about', '/pricing'];
    expect(paths).toEqual([{ path: '/page -> /about -> /pricing', steps, visits: 1, visitors: 1 }]);
    const { entry, exit } = await ask(`/api/stats/${site.id}/entry-exit`);
    expect(entry).toEqual([{ pathname: '/page', visitors: 1, visits: 1, bounce_rate: 0 }]);
    expect(exit).toEqual([{ pathname: '/pricing', visitors: 1, visits: 1, exit_rate: 1 }]);
  });
});

describe('export, public things', () => {
  it('GET /api/export/:site_id is a CSV, a row a day, or of a breakdown', async () => {
    const days = await antics.ask(`/api/export/${site.id}?period=7d`);
    expect(days.headers.get('content-type')).toContain('text/csv');
    expect(days.headers.get('content-disposition')).toMatch(/attachment; filename=/);
    const lines = days.text.trimEnd().split('\r\n');
    expect(lines[0]).toBe('date,visitors,visits,pageviews,events,bounce_rate,visit_duration');
    expect(lines).toHaveLength(8);
    const pages = await antics.ask(`/api/export/${site.id}?metric=pathname`);
    expect(pages.text.split('\r\n')[0]).toMatch(/^value,/);
    expect((await antics.ask(`/api/export/${site.id}`, { key: null })).status).toBe(401);
  });

  it('health, readiness, tracker, metrics, badge', async () => {
    const health = await antics.ask('/api/health', { key: null });
    expect([health.status, health.json]).toEqual([200, { status: 'ok', service: 'antics' }]);
    const ready = await antics.ask('/api/health/ready', { key: null });
    const ok = { status: 'ok', database: 'ok', projections: 'ok', lag_seconds: ANY_NUMBER, parked: 0 };
    expect([ready.status, ready.json]).toEqual([200, ok]);
    const tracker = await antics.ask('/antics.js', { key: null });
    expect(tracker.headers.get('cache-control')).toBe('public, max-age=86400');
    expect(tracker.headers.get('etag')).toBeTruthy();
    const metrics = await antics.ask('/metrics', { key: null });
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    const badge = await antics.ask(`/api/badge/${site.id}`, { key: null });
    expect(badge.headers.get('content-type')).toContain('image/svg+xml');
    const hidden = await antics.createSite();
    expect((await antics.ask(`/api/badge/${hidden.id}`)).status).toBe(404);
  });
});

describe('folders, alerts', () => {
  it('folders are made, changed, listed and removed', async () => {
    const made = await post('/api/folders', { name: 'Team' });
    expect([made.status, made.json]).toEqual([201, { id: UUID, name: 'Team', authelia_group: null, created_at: TIME }]);
    const path = `/api/folders/${made.json.id}`;
    const changed = await put(path, { authelia_group: 'analytics-team' });
    expect([changed.status, changed.json.authelia_group]).toEqual([200, 'analytics-team']);
    expect((await antics.ask('/api/folders')).json.folders).toContainEqual(changed.json);
    const inside = await antics.createSite({ folder_id: made.json.id });
    expect((await remove(path)).status).toBe(204);
    expect((await antics.ask(`/api/sites/${inside.id}`)).json.folder_id).toBeNull();
  });

  it('alerts are made, listed and removed', async () => {
    const asked = { site_id: site.id, metric: 'visitors', operator: 'lt', threshold: 10, email: 'you@example.com' };
    const made = await post('/api/alerts', asked);
    expect([made.status, made.headers.get('location')]).toEqual([201, `/api/alerts/${made.json.id}`]);
    expect(made.json).toMatchObject({ ...asked, id: UUID, window: '24h', last_checked_at: null, last_mailed_at: null });
    expect(made.json).toHaveProperty('state');
    const listed = await antics.ask(`/api/alerts?site_id=${site.id}`);
    expect(listed.json.alerts).toMatchObject([{ id: made.json.id }]);
    expect((await antics.ask(`/api/alerts?site_id=${site.id}`, { key: null })).status).toBe(401);
    expect((await remove(`/api/alerts/${made.json.id}`)).status).toBe(204);
    expect((await antics.ask('/api/alerts')).json.alerts).toEqual([]);
  });
});

describe('keys, audit', () => {
  it('a key is shown once, works for its scopes, and not after it was revoked', async () => {
    const made = await post('/api/keys', { name: 'CI', scopes: ['stats:read'] });
    expect(made.status).toBe(201);
    const { key, ...rest } = made.json;
    expect(key).toMatch(/^antics_[\w-]{43}$/);
    const listed = (await antics.ask('/api/keys')).json.keys as { id: string }[];
    const fields = ['account', 'created_at', 'expires_at', 'id', 'last_used_at', 'name', 'scopes', 'site_ids'];
    const found = listed.find(({ id }) => id === rest.id) ?? {};
    expect(keysOf(found)).toEqual(fields);
    expect((await antics.ask(`/api/stats/${site.id}`, { key })).status).toBe(200);
    expect((await post('/api/sites', { domain: 'no.example' }, { key })).status).toBe(403);
    expect((await remove(`/api/keys/${rest.id}`)).status).toBe(204);
    await until(5_000, async () => ((await antics.ask('/api/sites', { key })).status === 401 ? true : undefined));
  });

  it('GET /api/audit says who did what, and what was before', async () => {
    const { id } = await antics.createSite({ name: 'Old' });
    await put(`/api/sites/${id}`, { name: 'New' });
    const { json } = await antics.ask(`/api/audit?site_id=${id}`);
    expect(keysOf(json)).toEqual(['entries', 'next_after']);
    const actor = expect.stringMatching(/^key:/);
    const common = { position: ANY_NUMBER, at: TIME, actor, stream: `site:${id}`, site_id: id };
    expect(json.entries).toEqual([
      { ...common, command: 'CreateSite', before: null, after: expect.objectContaining({ name: 'Old' }) },
      { ...common, command: 'UpdateSite', before: { name: 'Old' }, after: { name: 'New' } },
    ]);
    const first = await antics.ask(`/api/audit?site_id=${id}&limit=1`);
    expect(first.json.entries).toEqual(json.entries.slice(0, 1));
    const { json: rest } = await antics.ask(`/api/audit?site_id=${id}&after=${first.json.next_after}`);
    expect(rest).toEqual({ entries: json.entries.slice(1), next_after: null });
  });
});
