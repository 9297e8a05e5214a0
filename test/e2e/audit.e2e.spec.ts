import { randomUUID } from 'node:crypto';
import { hashApiKey } from '../../src/domain/api-key.ts';
import { appendEvent } from '../../src/log/append-event.ts';
import { startTestServer, type Answer, type Ask, type TestServer } from './harness.ts';
import { issueKey } from './issue-key.ts';

let antics: TestServer;
/** As the log names who asks in this file. */
let me: string;
beforeAll(async () => {
  antics = await startTestServer();
  const { json } = await antics.ask('/api/keys');
  me = `key:${(json.keys as { id: string; name: string }[]).find((key) => key.name === 'ANTICS_ADMIN_KEY')?.id}`;
});
afterAll(() => antics.stop());

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
    const [entry, ...more] = await recorded(() => antics.createSite({ domain: 'made.example', timezone: 'Europe/Berlin' }));
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
        domain: 'made.example',
        name: 'made.example',
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
      const { json } = await send('POST', '/api/keys', { name: 'CI', scopes: ['stats:read'], account: 'acme' });
      secrets.push(json.key, hashApiKey(json.key).toString('hex'));
      return send('DELETE', `/api/keys/${json.id}`);
    });
    const what = { name: 'CI', account: 'acme', scopes: ['stats:read'], site_ids: null, expires_at: null };
    const of = { position: POSITION, at: WHEN, actor: me, stream: expect.stringMatching(/^key:/), site_id: null };
    expect(made).toEqual({ ...of, command: 'IssueApiKey', before: null, after: { id: ID, ...what, created_at: WHEN } });
    expect(gone).toEqual({ ...of, command: 'RevokeApiKey', before: what, after: null });
    const all = (await audit({ limit: '1000' })).text;
    expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
    expect(all).not.toContain('"hash"');
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
  const asked = [{ scopes: ['admin'], account: 'acme' }, { scopes: ['admin'], site_ids: [id] }, { scopes: ['stats:read'] }];
  for (const limited of asked) {
    const { key } = await issueKey(antics, limited);
    expect((await audit({ site_id: id }, { key })).status).toBe(403);
  }
  expect((await audit({}, { key: null })).status).toBe(401);
});
