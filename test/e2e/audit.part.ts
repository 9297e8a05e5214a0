import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { makeSignInLink } from '../../src/commands/make-sign-in-link/make-sign-in-link.ts';
import { hashApiKey } from '../../src/domain/api-key.ts';
import { appendEvent } from '../../src/log/append-event.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { sharedServer, type Answer, type Ask, type TestServer } from './harness.ts';
import { issueKey } from './issue-key.ts';

let antics: TestServer;
/** As the log names who asks in this file. */
let me: string;
beforeAll(async () => {
  antics = await sharedServer();
  const { json } = await antics.ask('/api/keys');
  me = `key:${(json.keys as { id: string; name: string }[]).find((key) => key.name === 'ANTICS_ADMIN_KEY')?.id}`;
});

interface Entry {
  position: number;
  at: string;
  actor: string;
  command: string;
  stream: string;
  site_id: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

const audit = (query: Record<string, string> = {}, more: Ask = {}): Promise<Answer> =>
  antics.ask(`/api/audit?${new URLSearchParams(query).toString()}`, more);
const entries = async (query: Record<string, string> = {}): Promise<Entry[]> => (await audit(query)).json.entries;
const send = (method: string, path: string, body?: unknown): Promise<Answer> => antics.ask(path, { method, body });

/** The entries of what `act` did. */
async function recorded(act: () => Promise<Answer | { id: string }>): Promise<Entry[]> {
  const before = await entries({ limit: '1000' });
  const answer = await act();
  if ('status' in answer && answer.status >= 300) throw new Error(answer.text);
  return entries({ after: String(before.at(-1)?.position ?? 0) });
}

const WHEN = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const ID = expect.stringMatching(/^[0-9a-f-]{36}$/);
const POSITION = expect.any(Number);

describe('on record with who, what, when, before and after is', () => {
  it('a site that is made', async () => {
    const [entry, ...more] = await recorded(() => antics.createSite({ domain: 'audited.example', timezone: 'Europe/Berlin' }));
    expect(more).toEqual([]);
    const id = entry?.site_id;
    expect(entry).toEqual({
      position: POSITION,
      at: WHEN,
      actor: me,
      command: 'CreateSite',
      stream: `site:${id}`,
      site_id: ID,
      before: null,
      after: {
        id,
        domain: 'audited.example',
        name: 'audited.example',
        timezone: 'Europe/Berlin',
        public: false,
        folder_id: null,
        account: null,
        created_at: WHEN,
      },
    });
  });

  it('a key that is issued and revoked, without what proves it', async () => {
    const secrets: string[] = [];
    const [made, gone] = await recorded(async () => {
      const { json } = await send('POST', '/api/keys', { name: 'CI', scopes: ['stats:read'], account: 'initech' });
      secrets.push(json.key, hashApiKey(json.key).toString('hex'));
      return send('DELETE', `/api/keys/${json.id}`);
    });
    const what = { name: 'CI', account: 'initech', scopes: ['stats:read'], site_ids: null, expires_at: null };
    const of = { position: POSITION, at: WHEN, actor: me, stream: expect.stringMatching(/^key:/), site_id: null };
    expect(made).toEqual({ ...of, command: 'IssueApiKey', before: null, after: { id: ID, ...what, created_at: WHEN } });
    expect(gone).toEqual({ ...of, command: 'RevokeApiKey', before: what, after: null });
    const all = (await audit({ limit: '1000' })).text;
    expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
    expect(all).not.toContain('"hash"');
  });

  it('a site that is changed, with its addresses, moved and deleted', async () => {
    const { id, domain } = await antics.createSite({ name: 'A' });
    const folder = (await send('POST', '/api/folders', { name: 'F' })).json.id as string;
    const of = { position: POSITION, at: WHEN, actor: me, stream: `site:${id}`, site_id: id };
    const changes = { name: 'B', public: true, excluded_ips: ['192.0.2.0/24'], excluded_paths: ['/x/*'] };
    expect(await recorded(() => send('PUT', `/api/sites/${id}`, changes))).toEqual([
      {
        ...of,
        command: 'UpdateSite',
        before: { name: 'A', public: false, excluded_ips: [], excluded_paths: [] },
        after: changes,
      },
    ]);
    expect(await recorded(() => send('PUT', `/api/sites/${id}/folder`, { folder_id: folder }))).toEqual([
      { ...of, command: 'MoveSite', before: { folder_id: null }, after: { folder_id: folder } },
    ]);
    const [gone, ...more] = await recorded(() => send('DELETE', `/api/sites/${id}`));
    expect(more.filter(({ actor }) => actor !== 'system')).toEqual([]);
    const { name, public: isPublic, excluded_paths } = changes;
    expect(gone).toMatchObject({ ...of, command: 'DeleteSite', after: null });
    expect(gone?.before).toMatchObject({ domain, name, public: isPublic, excluded_paths, folder_id: folder });
    expect(gone?.before).toHaveProperty('excluded_ips');
    expect((await entries({ site_id: id, actor: me })).map((entry) => entry.command)).toEqual(
      ['CreateSite', 'UpdateSite', 'MoveSite', 'DeleteSite'],
    );
  });

  it('a folder that is made, changed and deleted', async () => {
    const [made, changed, gone] = await recorded(async () => {
      const { json } = await send('POST', '/api/folders', { name: 'F', authelia_group: 'devs' });
      await send('PUT', `/api/folders/${json.id}`, { authelia_group: null });
      return send('DELETE', `/api/folders/${json.id}`);
    });
    const of = { position: POSITION, at: WHEN, actor: me, stream: expect.stringMatching(/^folder:/), site_id: null };
    const was = { id: ID, name: 'F', authelia_group: 'devs', account: null, created_at: WHEN };
    expect(made).toEqual({ ...of, command: 'CreateFolder', before: null, after: was });
    expect(changed).toEqual({ ...of, command: 'UpdateFolder', before: { authelia_group: 'devs' }, after: { authelia_group: null } });
    expect(gone).toMatchObject({ ...of, command: 'DeleteFolder', before: { name: 'F', authelia_group: null }, after: null });
  });

  it('an alert that is made and removed, with its address', async () => {
    const { id } = await antics.createSite();
    const what = { site_id: id, metric: 'visitors', operator: 'lt', threshold: 5, email: 'ann@example.com' };
    const [made, gone] = await recorded(async () => {
      const { json } = await send('POST', '/api/alerts', what);
      return send('DELETE', `/api/alerts/${json.id}`);
    });
    const of = { position: POSITION, at: WHEN, actor: me, stream: expect.stringMatching(/^alert:/), site_id: id };
    expect(made).toMatchObject({ ...of, command: 'CreateAlert', before: null, after: what });
    expect(gone).toMatchObject({ ...of, command: 'DeleteAlert', before: what, after: null });
  });

  it('a sign-in: the link, the session and its end, without what proves them', async () => {
    const tokens: string[] = [];
    const trail = await recorded(async () => {
      const context = { actor: { name: 'cli:ann', kind: 'cli' as const } };
      const link = await makeSignInLink(antics.server.writer.db, context, systemClock);
      const signedIn = await fetch(`${antics.server.baseUrl}/sign-in?token=${link.token}`, { redirect: 'manual' });
      const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
      tokens.push(link.token, cookie.slice(cookie.indexOf('=') + 1));
      const headers = { cookie, 'sec-fetch-site': 'same-origin' };
      return antics.ask('/api/session', { method: 'DELETE', key: null, headers });
    });
    expect(trail.map(({ actor, command }) => [actor, command])).toEqual([
      ['cli:ann', 'MakeSignInLink'],
      ['cli:ann', 'OpenSession'],
      ['cli:ann', 'RevokeSession'],
    ]);
    expect(tokens.every((token) => token.length > 30)).toBe(true);
    const text = JSON.stringify(trail);
    for (const token of tokens) {
      const hash = createHash('sha256').update(token).digest();
      for (const proof of [token, hash.toString('hex'), hash.toString('base64')]) expect(text).not.toContain(proof);
    }
  });

  it('every command that there is', async () => {
    const folder = new URL('../../src/commands/', import.meta.url);
    const files = (await readdir(folder, { recursive: true })).filter((name) => /(?<!\.spec)\.ts$/.test(name));
    const sources = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')));
    const commands = sources.flatMap((source) => [...source.matchAll(/runCommand(?:<\w+>)?\(\w+, '(\w+)'/g)].map(([, name]) => name));
    expect(commands.length).toBeGreaterThan(12);
    const recordedOnes = new Set((await entries({ limit: '1000' })).map((entry) => entry.command));
    expect(commands.filter((name) => name === undefined || !recordedOnes.has(name))).toEqual([]);
  });

  it('the key of the environment, by the system', async () => {
    const [first] = await entries({ actor: 'system' });
    expect(first).toMatchObject({ command: 'IssueApiKey', after: { name: 'ANTICS_ADMIN_KEY' } });
  });

  it('a fact that nobody decided, by its name', async () => {
    await appendEvent(antics.server.writer.db, {
      type: 'SaltsDestroyed',
      schemaVersion: 1,
      data: { salts: [{ site_id: 1, day: '2026-03-02' }] },
      stream: 'log',
      expectedVersion: null,
      actor: 'system',
      commandId: randomUUID(),
    });
    expect((await entries({ actor: 'system', limit: '1000' })).at(-1)).toEqual({
      position: POSITION,
      at: WHEN,
      actor: 'system',
      command: 'SaltsDestroyed',
      stream: 'log',
      site_id: null,
      before: null,
      after: null,
    });
  });
});

describe('the trail is read', () => {
  it('in the order of the log, page by page, each entry once', async () => {
    for (let i = 0; i < 5; i++) await antics.createSite();
    const all = await entries({ limit: '1000' });
    expect(all.map((entry) => entry.position)).toEqual([...all.map((entry) => entry.position)].sort((a, b) => a - b));
    const paged: Entry[] = [];
    let after: number | null = 0;
    for (let pages = 0; after !== null; pages++) {
      expect(pages).toBeLessThan(100);
      const { json }: Answer = await audit({ limit: '3', after: String(after) });
      paged.push(...(json.entries as Entry[]));
      after = json.next_after;
      if (after !== null) expect([json.entries.length, after]).toEqual([3, json.entries[2].position]);
    }
    expect(paged).toEqual(all);
  });

  it('with no next page where there is no more, a full page too', async () => {
    const all = await entries({ limit: '1000' });
    expect((await audit({ limit: String(all.length) })).json.next_after).toBeNull();
    expect((await audit({ after: String(all.at(-1)?.position) })).json).toEqual({ entries: [], next_after: null });
    expect((await audit({ after: '9007199254740991' })).json).toEqual({ entries: [], next_after: null });
  });

  it('a hundred entries at a time, unless asked for more or fewer', async () => {
    await Promise.all(Array.from({ length: 101 }, () => issueKey(antics, {})));
    expect((await audit()).json.entries).toHaveLength(100);
    expect((await audit({ limit: '1' })).json.entries).toHaveLength(1);
  });

  it('by site and by who did it', async () => {
    const { id } = await antics.createSite();
    expect(await entries({ site_id: id })).toMatchObject([{ command: 'CreateSite', site_id: id }]);
    expect(await entries({ site_id: id.toUpperCase() })).toHaveLength(1);
    expect(await entries({ site_id: id, actor: me })).toHaveLength(1);
    expect(await entries({ site_id: id, actor: 'system' })).toEqual([]);
    expect(await entries({ site_id: randomUUID() })).toEqual([]);
    const mine = await entries({ actor: me, limit: '1000' });
    expect(mine.length).toBeGreaterThan(3);
    expect(new Set(mine.map((entry) => entry.actor))).toEqual(new Set([me]));
    expect(await entries({ actor: `${me}x` })).toEqual([]);
  });
});

it.each([
  [{ site_id: 'x' }, ['/site_id']],
  [{ site_id: '' }, ['/site_id']],
  [{ actor: '' }, ['/actor']],
  [{ actor: 'a\nb' }, ['/actor']],
  [{ after: '-1' }, ['/after']],
  [{ after: '1.5' }, ['/after']],
  [{ after: '9007199254740992' }, ['/after']],
  [{ limit: '0' }, ['/limit']],
  [{ limit: '1001' }, ['/limit']],
  [{ limit: '' }, ['/limit']],
  [{ site_id: '1', actor: '\u0000', after: 'x', limit: '1e3' }, ['/actor', '/after', '/limit', '/site_id']],
])('answers 400 to %j and names %j', async (query, pointers) => {
  const answer = await audit(query);
  expect(answer.status).toBe(400);
  expect((answer.json.errors as { pointer: string }[]).map((e) => e.pointer).sort()).toEqual(pointers);
});

it('refuses a parameter that came twice', async () => {
  const answer = await antics.ask('/api/audit?limit=1&limit=2&after=1');
  expect([answer.status, answer.json.errors]).toEqual([400, [{ pointer: '/limit', detail: 'must be given once' }]]);
});

it('is for operators: not for an admin of an account or of certain sites', async () => {
  const { id } = await antics.createSite();
  const asked = [{ scopes: ['admin'], account: 'initech' }, { scopes: ['admin'], site_ids: [id] }, { scopes: ['stats:read'] }];
  for (const limited of asked) {
    const { key } = await issueKey(antics, limited);
    expect((await audit({ site_id: id }, { key })).status).toBe(403);
  }
  expect((await audit({}, { key: null })).status).toBe(401);
});
