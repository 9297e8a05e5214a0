import { request } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { makeSignInLink } from '../../src/commands/make-sign-in-link/make-sign-in-link.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { runningRoutes } from '../contract/running-routes.ts';
import { alert, ASKERS, ROWS, type AskerName, type Made, type Row } from './access-table.rows.ts';
import { startTestServer, type TestServer } from './harness.ts';
import { issueKey } from './issue-key.ts';

let antics: TestServer;
let askers: Record<AskerName, Asker>;
beforeAll(async () => {
  antics = await startTestServer({ ANTICS_TRUSTED_PROXIES: '127.0.0.1/32', ANTICS_RATE_LIMIT: 'off' });
  const elsewhere = await antics.createSite();
  const key = async (wanted: Parameters<typeof issueKey>[1]): Promise<Asker> => {
    const issued = await issueKey(antics, wanted);
    return { headers: { authorization: `Bearer ${issued.key}` } };
  };
  askers = {
    nobody: { headers: {} },
    spoofed: { headers: ADMIN_OF_PROXY, from: '127.0.0.2' },
    others: { headers: { 'remote-user': 'eve', 'remote-groups': 'others' } },
    reader: await key({ scopes: ['stats:read'] }),
    elsewhere: await key({ scopes: ['admin'], site_ids: [elsewhere.id] }),
    expired: await key({ scopes: ['admin'], expires_at: new Date(Date.now() - 1_000) }),
    revoked: { headers: { cookie: await revokedSession() } },
    admin: { headers: { authorization: `Bearer ${antics.adminKey}` } },
  };
});
afterAll(() => antics.stop());

interface Asker {
  readonly headers: Readonly<Record<string, string>>;
  /** Address of the client. Default: that of the trusted proxy. */
  readonly from?: string;
}

const ADMIN_OF_PROXY = { 'remote-user': 'root', 'remote-groups': 'admins' };
/** Those for whom what a row is about is not there. */
const STRANGERS: readonly AskerName[] = ['nobody', 'spoofed', 'others', 'elsewhere', 'expired', 'revoked'];

/** Of paths, by the segment before the braces: what stands there. */
const NAMED: Readonly<Record<string, (made: Made) => string>> = {
  sites: ({ site }) => site.id,
  stats: ({ site }) => site.id,
  export: ({ site }) => site.id,
  badge: ({ site }) => site.id,
  pixel: ({ site }) => site.id,
  folders: ({ folder }) => folder,
  keys: ({ key }) => key,
  alerts: ({ alert }) => alert,
};
/** What everybody may know. */
const KNOWN: Readonly<Record<string, string>> = { projections: 'summary', parked: '999999999' };

/** The cookie of an admin's session that was good, and is not any more. */
async function revokedSession(): Promise<string> {
  const context = { actor: { name: 'cli:test', kind: 'cli' as const } };
  const link = await makeSignInLink(antics.server.writer.db, context, systemClock);
  const signedIn = await fetch(`${antics.server.baseUrl}/sign-in?token=${link.token}`, { redirect: 'manual' });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const headers = { cookie, 'sec-fetch-site': 'same-origin' };
  expect((await antics.ask('/api/audit', { key: null, headers })).status).toBe(200);
  expect((await antics.ask('/api/session', { method: 'DELETE', key: null, headers })).status).toBe(204);
  return cookie;
}

async function make(row: Row): Promise<Made> {
  const create = async (path: string, body: unknown): Promise<string> => {
    const answer = await antics.ask(path, { method: 'POST', body });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
    return answer.json.id;
  };
  const site = await antics.createSite({ public: row.isPublic });
  return {
    site,
    folder: await create('/api/folders', { name: 'Of nobody else', authelia_group: 'team' }),
    key: (await issueKey(antics, { scopes: ['admin'] })).id,
    alert: await create('/api/alerts', { ...alert, site_id: site.id }),
  };
}

function ask(asker: Asker, method: string, path: string, row: Row, made: Made): Promise<{ status: number; text: string }> {
  const body = row.more.body === undefined ? undefined : JSON.stringify(row.more.body(made));
  const headers = {
    ...row.more.headers?.(made),
    ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    'sec-fetch-site': 'same-origin',
    ...asker.headers,
  };
  const options = { method, headers, agent: false, localAddress: asker.from ?? '127.0.0.1' };
  return new Promise((resolve, reject) => {
    const sent = request(`${antics.server.baseUrl}${path}`, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (text += part));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function lastDecision(): Promise<string | undefined> {
  const events = antics.database.db.selectFrom('log_events').select('position').orderBy('position', 'desc').limit(1);
  return (await events.executeTakeFirst())?.position;
}

it('the table has a row for every route that runs, and none for one that does not', () => {
  const fastify = antics.server.app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const running = runningRoutes(fastify.printRoutes({ commonPrefix: false }));
  const gets = running.flatMap((route) => (route.startsWith('GET ') ? [route.slice(4)] : []));
  const withoutHeads = running.filter((route) => !route.startsWith('HEAD ') || !gets.includes(route.slice(5)));
  expect([...new Set(ROWS.map((row) => row.route))].sort()).toEqual([...new Set(withoutHeads)].sort());
});

it.each(ROWS.map((row) => [`${row.route}${row.isPublic ? ' (public site)' : ''}`, row] as const))('%s', async (_, row) => {
  const made = await make(row);
  const [method = '', template = ''] = row.route.split(' ');
  const filled = template
    .replace(/\/(\w+)\/\{\w+\}/g, (__, kind: string) => `/${kind}/${KNOWN[kind] ?? NAMED[kind]?.(made)}`)
    .replace('*', row.more.path ?? '*');
  const path = filled + (row.more.query ?? '');
  const seen: Record<string, number> = {};
  for (const name of ASKERS) {
    const before = await lastDecision();
    const { status, text } = await ask(askers[name], method, path, row, made);
    seen[name] = status;
    if (method === 'GET') seen[`HEAD as ${name}`] = (await ask(askers[name], 'HEAD', path, row, made)).status;
    // What is refused changes nothing, and tells strangers nothing of what is there.
    if (status >= 400) expect([name, await lastDecision()]).toEqual([name, before]);
    if (row.isPublic || !STRANGERS.includes(name)) continue;
    expect(Object.values(NAMED).filter((id) => id(made) !== '' && text.includes(id(made)))).toEqual([]);
    expect(text).not.toContain(made.site.domain);
  }
  const expected = ASKERS.flatMap((name, i) => {
    const status = row.statuses[i] ?? 0;
    return [[name, status] as const, ...(method === 'GET' ? [[`HEAD as ${name}`, status] as const] : [])];
  });
  expect(seen).toEqual(Object.fromEntries(expected));
});

it('believes the same headers of the proxy that is trusted: the table would not see a proxy that is never heard', async () => {
  const row: Row = { route: 'GET /api/audit', statuses: [], isPublic: false, more: {} };
  const made = await make(row);
  const trusted = await ask({ headers: ADMIN_OF_PROXY }, 'GET', '/api/audit', row, made);
  const spoofed = await ask({ headers: ADMIN_OF_PROXY, from: '127.0.0.2' }, 'GET', '/api/audit', row, made);
  expect([trusted.status, spoofed.status]).toEqual([200, 401]);
});
