import { setTimeout as sleep } from 'node:timers/promises';
import { makeSignInLink, signInUrl } from '../../src/commands/make-sign-in-link/make-sign-in-link.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { startTestServer, until, type Answer, type TestServer } from './harness.ts';
import { askRaw } from './raw-request.ts';

const PROXY = '127.0.0.17';
let antics: TestServer;
let logged = '';
beforeAll(async () => {
  const log = createLogger('trace', { write: (text) => void (logged += text) });
  const env = { ANTICS_TRUSTED_PROXIES: PROXY, ANTICS_RATE_LIMIT: 'off', ANTICS_LOG_LEVEL: 'trace' };
  antics = await startTestServer(env, log);
});
afterAll(() => antics.stop());

const maker = { name: 'cli:olivia', kind: 'cli' } as const;

async function makeLink(): Promise<string> {
  return (await makeSignInLink(antics.server.writer.db, { actor: maker }, systemClock)).token;
}

/** Not followed: what matters is what the link itself answers. */
async function open(token: string, headers: Record<string, string> = {}) {
  const url = signInUrl(antics.server.baseUrl, { token });
  const answer = await fetch(url, { redirect: 'manual', headers });
  await answer.arrayBuffer();
  return { answer, cookie: answer.headers.get('set-cookie') ?? '' };
}

async function signIn(): Promise<string> {
  return tokenOf((await open(await makeLink())).cookie);
}

function tokenOf(setCookie: string | null): string {
  const [, token] = /^antics_session=([\w-]{43});/.exec(setCookie ?? '') ?? [];
  if (token === undefined) throw new Error(`no session in ${setCookie}`);
  return token;
}

const sameOrigin = { 'sec-fetch-site': 'same-origin' };
function ask(path: string, token: string, method = 'GET', headers: Record<string, string> = {}): Promise<Answer> {
  return antics.ask(path, { key: null, method, headers: { cookie: `antics_session=${token}`, ...headers } });
}
const statusOf = async (token: string): Promise<number> => (await ask('/api/audit', token)).status;

/** As if all that the sessions know of had happened earlier. */
async function letPass(minutes: number): Promise<void> {
  await antics.database.withConnection(async (connection) => {
    const by = `interval '${minutes} minutes'`;
    await connection.query(`update sessions set token_made_at = token_made_at - ${by}, opened_at = opened_at - ${by},
      previous_until = previous_until - ${by}, expires_at = expires_at - ${by}`);
    await connection.query(`update sign_in_links set expires_at = expires_at - ${by}`);
  });
  await sleep(1_100); // what was looked up is kept for a second
}

describe('a sign-in link', () => {
  it('opens an admin’s session, sets its cookie, and leads to the documentation', async () => {
    const { answer, cookie } = await open(await makeLink());
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/api/docs');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    const attributes = cookie.split('; ').slice(1).sort();
    const days30 = expect.stringMatching(/^Max-Age=259(?:19\d\d|2000)$/);
    expect(attributes).toEqual(['HttpOnly', days30, 'Path=/', 'SameSite=Strict']);
    expect(await statusOf(tokenOf(cookie))).toBe(200);
  });

  it('works once, even for two at the same time', async () => {
    const token = await makeLink();
    const all = await Promise.all([1, 2, 3, 4].map(() => open(token)));
    expect(all.map(({ answer }) => answer.status).sort()).toEqual([303, 401, 401, 401]);
    expect((await open(token)).answer.status).toBe(401);
  });

  it('works for 15 minutes', async () => {
    const token = await makeLink();
    await letPass(16);
    expect((await open(token)).answer.status).toBe(401);
  });

  it.each(['', 'nobody', 'A'.repeat(43), `${'A'.repeat(43)}&token=x`, '%00', '<script>alert(1)</script>'])(
    '"%s" is no link: 401, without a cookie and without telling it back',
    async (token) => {
      const { answer, cookie } = await open(token);
      expect([answer.status, cookie]).toEqual([401, '']);
      const page = await fetch(signInUrl(antics.server.baseUrl, { token }), { headers: { accept: 'text/html,*/*' } });
      expect([page.status, page.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
      expect(page.headers.get('cache-control')).toBe('no-store');
      const text = await page.text();
      expect(text).toContain('antics sign-in');
      expect(text).not.toContain('script');
    },
  );

  it('is not used up by whoever only looks ahead', async () => {
    const token = await makeLink();
    const url = signInUrl(antics.server.baseUrl, { token });
    await fetch(url, { method: 'HEAD', redirect: 'manual' });
    expect((await open(token, { 'sec-purpose': 'prefetch;prerender' })).answer.status).toBe(503);
    expect((await open(token)).answer.status).toBe(303);
  });

  it('sets a cookie for https alone where a trusted proxy says that the browser came by it', async () => {
    const port = Number(new URL(antics.server.baseUrl).port);
    const cookieOf = async (from: string, scheme: string): Promise<string> => {
      const path = `/sign-in?token=${await makeLink()}`;
      const { head } = await askRaw({ port, from, path, lines: [`X-Forwarded-Proto: ${scheme}`] });
      return /^set-cookie: (.*)$/im.exec(head)?.[1] ?? '';
    };
    expect(await cookieOf(PROXY, 'https')).toMatch(/; Secure(;|$)/);
    expect(await cookieOf(PROXY, 'http')).not.toMatch('Secure');
    expect(await cookieOf('127.0.0.2', 'https')).not.toMatch('Secure');
  });
});

describe('a session', () => {
  it('acts in the name of whoever made the link', async () => {
    const token = await signIn();
    const headers = { ...sameOrigin, cookie: `antics_session=${token}` };
    const body = { domain: 'by-session.example' };
    expect((await antics.ask('/api/sites', { key: null, method: 'POST', headers, body })).status).toBe(201);
    const entry = antics.database.db.selectFrom('log_events').select(['actor', 'actor_kind', 'type']);
    const last = await entry.orderBy('position', 'desc').limit(1).executeTakeFirst();
    expect(last).toEqual({ actor: 'cli:olivia', actor_kind: 'session', type: 'SiteCreated' });
  });

  it('gets another token an hour later, once; the old one is good for one minute more', async () => {
    const old = await signIn();
    expect((await ask('/api/audit', old)).headers.get('set-cookie')).toBeNull();
    await letPass(61);
    const all = await Promise.all([1, 2, 3, 4].map(() => ask('/api/audit', old)));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const cookies = all.flatMap(({ headers }) => headers.get('set-cookie') ?? []);
    expect(cookies).toHaveLength(1);
    const [cookie = ''] = cookies;
    const fresh = tokenOf(cookie);
    expect(fresh).not.toBe(old);
    expect(Number(/Max-Age=(\d+)/.exec(cookie)?.[1])).toBeLessThan(30 * 86_400 - 3_600);

    const again = await ask('/api/audit', old);
    expect([again.status, again.headers.get('set-cookie')]).toEqual([200, null]);
    expect(await statusOf(fresh)).toBe(200);
    await letPass(1.1);
    expect(await statusOf(old)).toBe(401);
    expect(await statusOf(fresh)).toBe(200);
  });

  it('is given no token with what others may keep', async () => {
    const token = await signIn();
    const { id } = await antics.createSite({ public: true });
    await letPass(61);
    for (const path of [`/api/stats/${id}`, `/api/badge/${id}`, '/antics.js', '/api/health']) {
      const answer = await ask(path, token);
      expect([path, answer.status, answer.headers.get('set-cookie')]).toEqual([path, 200, null]);
    }
  });

  it('ends after 7 days without use, and after 30 days of it', async () => {
    const idle = await signIn();
    await letPass(7 * 24 * 60 + 1);
    expect(await statusOf(idle)).toBe(401);
    let used = await signIn();
    for (let day = 0; day < 30; day += 6) {
      const answer = await ask('/api/audit', used);
      if (day > 0) used = tokenOf(answer.headers.get('set-cookie'));
      await letPass(6 * 24 * 60 + 1);
    }
    expect(await statusOf(used)).toBe(401);
  }, 30_000);

  it('ends where its user signs out, and no cookie is left', async () => {
    const token = await signIn();
    const other = await signIn();
    const out = await ask('/api/session', token, 'DELETE', sameOrigin);
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/^antics_session=; Max-Age=0;/);
    expect([await statusOf(token), await statusOf(other)]).toEqual([401, 200]);
    expect((await ask('/api/session', token, 'DELETE', sameOrigin)).status).toBe(401);
  });

  it('works nowhere a second after it was revoked elsewhere', async () => {
    const token = await signIn();
    expect(await statusOf(token)).toBe(200);
    await antics.database.db.deleteFrom('sessions').execute();
    await until(1_500, async () => ((await statusOf(token)) === 401 ? true : undefined));
  });

  it.each([
    ['two of them', (token: string) => `antics_session=${token}; antics_session=${token}`],
    ['two, one of somebody else', (token: string) => `antics_session=${'A'.repeat(43)}; antics_session=${token}`],
    ['one that is cut', (token: string) => `antics_session=${token.slice(1)}`],
    ['one that is no text', () => 'antics_session=%ff%00'],
    ['another name', (token: string) => `Antics_Session=${token}`],
    ['a name that it is a part of', (token: string) => `x_antics_session=${token}`],
    ['nothing but signs', () => ';;=;==;antics_session'],
  ])('is nobody’s with %s', async (_, cookie) => {
    const headers = { cookie: cookie(await signIn()) };
    expect((await antics.ask('/api/audit', { key: null, headers })).status).toBe(401);
    expect((await antics.ask('/api/health', { key: null, headers })).status).toBe(200);
  });

  it('stands beside other cookies', async () => {
    const headers = { cookie: `a=1; antics_session=${await signIn()}; b="2"` };
    expect((await antics.ask('/api/audit', { key: null, headers })).status).toBe(200);
  });

  it('is not looked at beside a key, nor beside a wrong one', async () => {
    const token = await signIn();
    expect((await ask('/api/audit', token, 'GET', { authorization: 'Bearer nobody' })).status).toBe(401);
    const keyed = await ask('/api/session', token, 'DELETE', { authorization: `Bearer ${antics.adminKey}` });
    expect(keyed.status).toBe(204);
  });

  it('gives way to what a trusted proxy says just now', async () => {
    const port = Number(new URL(antics.server.baseUrl).port);
    const lines = [`Cookie: antics_session=${await signIn()}`, 'Remote-User: alice', 'Remote-Groups: dev'];
    const status = async (from: string) => (await askRaw({ port, from, path: '/api/audit', lines })).status;
    expect([await status(PROXY), await status('127.0.0.2')]).toEqual([403, 200]);
  });
});

it('no token of a link or a session is in the log of the process or in the database', async () => {
  const link = await makeLink();
  const session = tokenOf((await open(link)).cookie);
  await ask('/api/nothing', session);
  await open(link);
  const secrets = [link, session];
  await until(5_000, () => Promise.resolve(logged.includes('/sign-in') ? true : undefined));
  expect(secrets.filter((secret) => logged.includes(secret))).toEqual([]);
  const { rows } = await antics.database.withConnection((connection) =>
    connection.query<{ text: string }>(`
      select t::text as text from sessions t union all select t::text from sign_in_links t
      union all select t::text from log_events t union all select t::text from command_results t`),
  );
  const stored = rows.map(({ text }) => text).join('\n');
  expect(stored).toContain('SessionOpened');
  expect(secrets.filter((secret) => stored.includes(secret))).toEqual([]);
});
