import { makeSignInLink } from '../../src/commands/make-sign-in-link/make-sign-in-link.ts';
import { openSession } from '../../src/commands/open-session/open-session.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { startTestServer, type TestServer } from './harness.ts';
import { askRaw } from './raw-request.ts';

const PROXY = '127.0.0.17';
const STRANGER = '127.0.0.2';
let antics: TestServer;
let cookie: string;
beforeAll(async () => {
  antics = await startTestServer({ ANTICS_TRUSTED_PROXIES: PROXY, ANTICS_RATE_LIMIT: 'off' });
  const { db } = antics.server.writer;
  const link = await makeSignInLink(db, { actor: { name: 'cli:olivia', kind: 'cli' } }, systemClock);
  cookie = `Cookie: antics_session=${(await openSession(db, link.token, systemClock)).token}`;
});
afterAll(() => antics.stop());

/** `in`: let in, and turned away for its empty body only. */
type Verdict = 'in' | 'refused';

async function send(lines: readonly string[], from: string, method = 'POST', path = '/api/sites') {
  const port = Number(new URL(antics.server.baseUrl).port);
  return askRaw({ port, from, method, path, lines: [...lines, 'Content-Length: 0'] });
}

async function verdictOn(lines: readonly string[], from: string): Promise<Verdict> {
  const { status, body } = await send(lines, from);
  if (status === 400) return 'in';
  expect([status, body]).toEqual([403, expect.stringMatching(/Sec-Fetch-Site|Origin/)]);
  return 'refused';
}

// The requests' Host is antics.example.
const CASES: [title: string, lines: readonly string[], verdict: Verdict, verdictOfProxy?: Verdict][] = [
  ['nothing that says where from', [], 'refused'],
  ['the same origin', ['Sec-Fetch-Site: same-origin'], 'in'],
  ['another site', ['Sec-Fetch-Site: cross-site'], 'refused'],
  ['another name of this site', ['Sec-Fetch-Site: same-site'], 'refused'],
  ['the address bar', ['Sec-Fetch-Site: none'], 'refused'],
  ['the same origin in capitals, which no browser sends', ['Sec-Fetch-Site: Same-Origin'], 'refused'],
  ['an empty word', ['Sec-Fetch-Site:'], 'refused'],
  ['two words', ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site'], 'refused'],
  ['the same twice', ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: same-origin'], 'refused'],
  ['both headers, agreed', ['Sec-Fetch-Site: same-origin', 'Origin: https://antics.example'], 'in'],
  ['both, with the port of a proxy', ['Sec-Fetch-Site: same-origin', 'Origin: https://antics.example:8443'], 'in'],
  ['both, not agreed', ['Sec-Fetch-Site: same-origin', 'Origin: https://evil.example'], 'refused'],
  ['both, the other way round', ['Sec-Fetch-Site: cross-site', 'Origin: https://antics.example'], 'refused'],
  ['both, from nowhere', ['Sec-Fetch-Site: same-origin', 'Origin: null'], 'refused'],
  ['the origin of an older browser', ['Origin: http://antics.example'], 'in'],
  ['the same by https', ['Origin: https://antics.example'], 'in'],
  ['another port', ['Origin: http://antics.example:8080'], 'refused'],
  ['another origin', ['Origin: https://evil.example'], 'refused'],
  ['a name below ours', ['Origin: https://x.antics.example'], 'refused'],
  ['a name that begins like ours', ['Origin: https://antics.example.evil.example'], 'refused'],
  ['a name that ends like ours', ['Origin: https://evilantics.example'], 'refused'],
  ['ours as a user name', ['Origin: https://antics.example@evil.example'], 'refused'],
  ['ours with a path', ['Origin: https://antics.example/'], 'refused'],
  ['no origin at all', ['Origin: null'], 'refused'],
  ['an empty origin', ['Origin:'], 'refused'],
  ['another scheme', ['Origin: file://antics.example'], 'refused'],
  ['two origins', ['Origin: https://antics.example', 'Origin: https://evil.example'], 'refused'],
  ['a referrer alone', ['Referer: https://antics.example/'], 'refused'],
  ['a forwarded host', ['Origin: https://stats.example', 'X-Forwarded-Host: stats.example'], 'refused', 'in'],
  ['another forwarded host', ['Origin: https://evil.example', 'X-Forwarded-Host: stats.example'], 'refused'],
];

describe('a change with what browsers send by themselves', () => {
  it.each(CASES)('from %s, with a cookie', async (_, lines, verdict) => {
    expect(await verdictOn([cookie, ...lines], STRANGER)).toBe(verdict);
  });

  it.each(CASES)('from %s, with the headers of a proxy', async (_, lines, verdict, ofProxy = verdict) => {
    expect(await verdictOn(['Remote-User: root', 'Remote-Groups: admins', ...lines], PROXY)).toBe(ofProxy);
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('%s is one too, whatever it is about', async (method) => {
    const nowhere = '/api/sites/01938b7a-0000-7000-8000-000000000000';
    const path = method === 'PATCH' ? '/api/nothing' : nowhere;
    const expected = method === 'PATCH' ? 404 : 403; // nobody is asked where nothing is
    expect((await send([cookie], STRANGER, method, path)).status).toBe(expected);
  });

  it('signs nobody out from another site', async () => {
    const lines = [cookie, 'Sec-Fetch-Site: cross-site'];
    expect((await send(lines, STRANGER, 'DELETE', '/api/session')).status).toBe(403);
    expect((await send([cookie], STRANGER, 'GET', '/api/audit')).status).toBe(200);
  });
});

it('reading needs none of it', async () => {
  const lines = [cookie, 'Sec-Fetch-Site: cross-site', 'Origin: https://evil.example'];
  for (const method of ['GET', 'HEAD']) expect((await send(lines, STRANGER, method, '/api/sites')).status).toBe(200);
});

it('an API key needs none of it, beside a cookie or the headers of a proxy too', async () => {
  const key = `Authorization: Bearer ${antics.adminKey}`;
  const evil = 'Origin: https://evil.example';
  expect((await send([key], STRANGER)).status).toBe(400);
  expect((await send([key, cookie, evil], STRANGER)).status).toBe(400);
  expect((await send([key, 'Remote-User: root', evil], PROXY)).status).toBe(400);
});

it('no answer lets another origin read it with its user’s cookie', async () => {
  const { head } = await send([cookie, 'Origin: https://evil.example'], STRANGER, 'GET', '/api/sites');
  expect(head.toLowerCase()).not.toContain('access-control-allow');
});
