import { randomUUID } from 'node:crypto';
import { hashApiKey } from '../../src/domain/api-key.ts';
import { rebuildApiKeys } from '../../src/models/api-keys/api-key.fold.ts';
import { sharedServer, until, type Answer, type Ask, type TestServer } from './harness.ts';

let antics: TestServer;
beforeAll(async () => {
  antics = await sharedServer();
});

const issue = (body: unknown, more: Ask = {}) => antics.ask('/api/keys', { method: 'POST', body, ...more });
const revoke = (id: string, more: Ask = {}) => antics.ask(`/api/keys/${id}`, { method: 'DELETE', ...more });
const list = async (key?: string): Promise<{ id: string; name: string }[]> =>
  (await antics.ask('/api/keys', key === undefined ? {} : { key })).json.keys;
const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString();
const pointers = (answer: Answer): string[] => (answer.json.errors as { pointer: string }[]).map((e) => e.pointer).sort();

/** A key that `body` describes, issued by whoever has `key`. */
async function issued(body: Record<string, unknown>, key?: string): Promise<{ id: string; key: string }> {
  const answer = await issue({ name: 'test', scopes: ['admin'], ...body }, key === undefined ? {} : { key });
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.json;
}

async function siteOf(account: string): Promise<{ id: string }> {
  const { key } = await issued({ scopes: ['sites:write'], account });
  const made = await antics.ask('/api/sites', { method: 'POST', key, body: { domain: `${randomUUID()}.example` } });
  return made.json;
}

const MINIMAL = { name: 'CI', scopes: ['stats:read'] };

describe('POST /api/keys', () => {
  it('issues a key by its name and scopes, and shows it this once', async () => {
    const made = await issue({ name: '  CI ', scopes: ['stats:read', 'events:write'] });
    expect(made.status).toBe(201);
    expect(made.json).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      name: 'CI',
      account: null,
      scopes: ['stats:read', 'events:write'],
      site_ids: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      expires_at: null,
      last_used_at: null,
      key: expect.stringMatching(/^antics_[\w-]{43}$/),
    });
    expect(made.headers.get('location')).toBe(`/api/keys/${made.json.id}`);
    expect(made.headers.get('etag')).toBe('"1"');
    expect(made.headers.get('cache-control')).toBe('no-store');
    expect((await antics.ask('/api/sites', { key: made.json.key })).status).toBe(200);
    const { key: _, ...shown } = made.json as Record<string, unknown>;
    const read = await antics.ask(`/api/keys/${made.json.id}`);
    expect(read.json).toMatchObject({ ...shown, last_used_at: read.json.last_used_at });
    expect(read.headers.get('etag')).toBe('"1"');
  });

  it('takes all fields, an expiry in whatever zone, and ignores those it does not know', async () => {
    const { id } = await antics.createSite();
    const year = new Date().getUTCFullYear() + 2;
    const body = { ...MINIMAL, site_ids: [id.toUpperCase()], account: null, expires_at: `${year}-02-03T04:05:06+01:00` };
    const made = await issue({ ...body, colour: 'red' });
    expect(made.json).toMatchObject({ site_ids: [id], expires_at: `${year}-02-03T03:05:06.000Z` });
    expect((await issue({ ...MINIMAL, expires_at: `${year}-02-03` })).json.expires_at).toBe(`${year}-02-03T00:00:00.000Z`);
  });

  it('tells of a thousand wrong sites by the first hundred, and of a few in its sentence', async () => {
    const answer = await issue({ ...MINIMAL, expires_at: 5, site_ids: Array.from({ length: 1_000 }, () => 'x') });
    expect(answer.status).toBe(400);
    expect(pointers(answer)).toHaveLength(100);
    expect(pointers(answer)[0]).toBe('/expires_at');
    expect(answer.json.detail.length).toBeLessThan(600);
    expect(answer.text.length).toBeLessThan(20_000);
  });

  const nowhere = '01938b7a-0000-7000-8000-000000000000';
  it.each([
    [{}, ['/name', '/scopes']],
    [{ ...MINIMAL, name: '' }, ['/name']],
    [{ ...MINIMAL, name: ' \u0000 ' }, ['/name']],
    [{ ...MINIMAL, name: 5 }, ['/name']],
    [{ ...MINIMAL, name: 'x'.repeat(201) }, ['/name']],
    [{ ...MINIMAL, name: 'ANTICS_ADMIN_KEY' }, ['/name']],
    [{ ...MINIMAL, scopes: [] }, ['/scopes']],
    [{ ...MINIMAL, scopes: 'admin' }, ['/scopes']],
    [{ ...MINIMAL, scopes: null }, ['/scopes']],
    [{ ...MINIMAL, scopes: ['admin', 'root', null] }, ['/scopes/1', '/scopes/2']],
    [{ ...MINIMAL, scopes: ['admin', 'admin'] }, ['/scopes/1']],
    [{ ...MINIMAL, site_ids: nowhere }, ['/site_ids']],
    [{ ...MINIMAL, site_ids: [] }, ['/site_ids']],
    [{ ...MINIMAL, site_ids: [nowhere, 5, 'x'] }, ['/site_ids/0', '/site_ids/1', '/site_ids/2']],
    [{ ...MINIMAL, expires_at: 'soon' }, ['/expires_at']],
    [{ ...MINIMAL, expires_at: 2_000_000_000 }, ['/expires_at']],
    [{ ...MINIMAL, expires_at: '2020-01-01T00:00:00Z' }, ['/expires_at']],
    [{ ...MINIMAL, expires_at: '2099-02-30T00:00:00Z' }, ['/expires_at']],
    [{ ...MINIMAL, account: '' }, ['/account']],
    [{ ...MINIMAL, account: 'a\nb' }, ['/account']],
    [{ ...MINIMAL, account: 'x'.repeat(101) }, ['/account']],
    [{ name: [], scopes: {}, site_ids: [nowhere], expires_at: '', account: 5 }, [
      '/account', '/expires_at', '/name', '/scopes', '/site_ids/0',
    ]],
  ])('answers 400 to %j and names %j', async (body, expected) => {
    const answer = await issue(body);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(pointers(answer)).toEqual(expected);
  });

  it('names the second site of the list where the first is there', async () => {
    const { id } = await antics.createSite();
    expect(pointers(await issue({ ...MINIMAL, site_ids: [id, nowhere] }))).toEqual(['/site_ids/1']);
    expect(pointers(await issue({ ...MINIMAL, site_ids: [id, id.toUpperCase()] }))).toEqual(['/site_ids/1']);
  });

  it('replays the first answer under an Idempotency-Key, but not the key; another body under it is 422', async () => {
    const more = { headers: { 'idempotency-key': randomUUID() } };
    const first = await issue(MINIMAL, more);
    const again = await issue(MINIMAL, more);
    const { key, ...rest } = first.json as { key: string };
    expect(key).toMatch(/^antics_/);
    expect([again.status, again.json]).toEqual([201, rest]);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.headers.get('etag')).toBe('"1"');
    expect((await issue({ ...MINIMAL, name: 'Other' }, more)).status).toBe(422);
    const kept = await antics.database.db.selectFrom('command_results').selectAll().execute();
    expect(JSON.stringify(kept)).toContain(first.json.id);
    expect(JSON.stringify(kept)).not.toMatch(/antics_[\w-]{43}|"hash"/);
  });

  it('is for admins', async () => {
    for (const scopes of [['stats:read'], ['sites:write'], ['events:write']]) {
      const { key } = await issued({ scopes });
      expect((await issue(MINIMAL, { key })).status).toBe(403);
      expect((await antics.ask('/api/keys', { key })).status).toBe(403);
      expect((await revoke(nowhere, { key })).status).toBe(403);
    }
    expect((await issue(MINIMAL, { key: null })).status).toBe(401);
  });
});

describe('DELETE /api/keys/:id', () => {
  it('revokes a key, which works nowhere after a second', async () => {
    const { id, key } = await issued({});
    expect((await antics.ask('/api/sites', { key })).status).toBe(200);
    const gone = await revoke(id);
    expect([gone.status, gone.text, gone.headers.get('etag')]).toEqual([204, '', '"2"']);
    await until(1_500, async () => ((await antics.ask('/api/sites', { key })).status === 401 ? true : undefined));
    expect((await list()).map((one) => one.id)).not.toContain(id);
    expect((await revoke(id)).status).toBe(404);
  });

  it('honours If-Match and Idempotency-Key', async () => {
    const { id } = await issued({});
    expect((await revoke(id, { headers: { 'if-match': '"2"' } })).status).toBe(412);
    const more = { headers: { 'if-match': '"1"', 'idempotency-key': randomUUID() } };
    const first = await revoke(id, more);
    const again = await revoke(id, more);
    expect([first.status, again.status]).toEqual([204, 204]);
    expect(again.headers.get('etag')).toBe('"2"');
  });

  it('a key may revoke itself', async () => {
    const { id, key } = await issued({ account: 'self' });
    expect((await revoke(id, { key })).status).toBe(204);
    await until(1_500, async () => ((await antics.ask('/api/keys', { key })).status === 401 ? true : undefined));
  });

  it('answers the same to all that is not there', async () => {
    const answers = await Promise.all([randomUUID(), 'no-uuid', '%00', `${randomUUID()}x`].map((id) => revoke(id)));
    expect(answers.map((answer) => answer.status)).toEqual([404, 404, 404, 404]);
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
  });
});

describe('GET /api/keys', () => {
  it('lists them, the oldest first, with when they were used and without what proves them', async () => {
    const a = await issued({ name: 'list a' });
    const b = await issued({ name: 'list b', expires_at: tomorrow() });
    await antics.ask('/api/sites', { key: a.key });
    const used = await until(3_000, async () => {
      const { json } = await antics.ask('/api/keys');
      const one = (json.keys as { id: string; last_used_at: string | null }[]).find(({ id }) => id === a.id);
      return one?.last_used_at ?? undefined;
    });
    expect(Math.abs(Date.parse(used) - Date.now())).toBeLessThan(60_000);
    const answer = await antics.ask('/api/keys');
    const ids = (answer.json.keys as { id: string }[]).map((key) => key.id);
    expect(ids.indexOf(a.id)).toBeLessThan(ids.indexOf(b.id));
    expect(Object.keys(answer.json.keys[0]).sort()).toEqual(
      ['account', 'created_at', 'expires_at', 'id', 'last_used_at', 'name', 'scopes', 'site_ids'],
    );
    for (const { key } of [a, b]) expect(answer.text).not.toContain(hashApiKey(key).toString('hex'));
  });
});

describe('an admin of an account', () => {
  it('issues, lists and revokes keys of that account; of others it sees the 404 of what is not there', async () => {
    const acme = await issued({ account: 'acme' });
    const other = await issued({ account: 'other' });
    const operators = await issued({});
    const mine = await issued({ name: 'mine' }, acme.key);
    expect((await list(acme.key)).map((key) => key.id)).toEqual([acme.id, mine.id]);
    const theirs = [...(await Promise.all([other.id, operators.id].map((id) => revoke(id, { key: acme.key }))))];
    const nowhere = await revoke(randomUUID(), { key: acme.key });
    for (const answer of theirs) expect([answer.status, answer.text]).toEqual([404, nowhere.text]);
    expect((await antics.ask(`/api/keys/${other.id}`, { key: acme.key })).text).toBe(nowhere.text);
    expect((await revoke(mine.id, { key: acme.key })).status).toBe(204);
    expect((await antics.ask('/api/keys', { key: other.key })).status).toBe(200);
  });

  it('gives a key no other account', async () => {
    const { key } = await issued({ account: 'acme' });
    expect((await issue({ ...MINIMAL, account: 'other' }, { key })).status).toBe(403);
    for (const account of ['acme', null, undefined]) {
      expect((await issue({ ...MINIMAL, account }, { key })).json.account).toBe('acme');
    }
  });

  it('limits keys to sites of its account only', async () => {
    const { key } = await issued({ account: 'acme' });
    const [mine, theirs, operators] = [await siteOf('acme'), await siteOf('other'), await antics.createSite()];
    expect((await issue({ ...MINIMAL, site_ids: [mine.id] }, { key })).json.site_ids).toEqual([mine.id]);
    const answer = await issue({ ...MINIMAL, site_ids: [mine.id, theirs.id, operators.id] }, { key });
    expect([answer.status, pointers(answer)]).toEqual([400, ['/site_ids/1', '/site_ids/2']]);
    // Nor does an operator: such a key would see none of them.
    expect(pointers(await issue({ ...MINIMAL, account: 'acme', site_ids: [theirs.id] }))).toEqual(['/site_ids/0']);
  });
});

describe('an admin limited to sites', () => {
  it('issues keys within its sites, and sees no others', async () => {
    const [a, b, c] = [await antics.createSite(), await antics.createSite(), await antics.createSite()];
    const limited = await issued({ site_ids: [a.id, b.id] });
    const within = await issued({ site_ids: [b.id] }, limited.key);
    const wider = await issued({ site_ids: [b.id, c.id] });
    const unlimited = await issued({});
    expect((await list(limited.key)).map((key) => key.id)).toEqual([limited.id, within.id]);
    for (const { id } of [wider, unlimited]) expect((await revoke(id, { key: limited.key })).status).toBe(404);
    for (const site_ids of [null, undefined]) {
      expect(pointers(await issue({ ...MINIMAL, site_ids }, { key: limited.key }))).toEqual(['/site_ids']);
    }
    const beyond = await issue({ ...MINIMAL, site_ids: [a.id, c.id] }, { key: limited.key });
    expect([beyond.status, pointers(beyond)]).toEqual([400, ['/site_ids/1']]);
  });
});

it('a site that is deleted leaves the lists of keys; a key that has none left sees nothing', async () => {
  const [a, b] = [await antics.createSite(), await antics.createSite()];
  const both = await issued({ name: 'both', site_ids: [a.id, b.id] });
  const shown = async (): Promise<unknown> => (await antics.ask(`/api/keys/${both.id}`)).json.site_ids;
  await antics.ask(`/api/sites/${a.id}`, { method: 'DELETE' });
  expect(await shown()).toEqual([b.id]);
  await antics.ask(`/api/sites/${b.id}`, { method: 'DELETE' });
  expect(await shown()).toEqual([]);
  // It is no operator's key now that its list is empty, and sees no key, as each is wider.
  expect((await antics.ask('/api/sites', { key: both.key })).json.sites).toEqual([]);
  expect((await antics.ask('/api/audit', { key: both.key })).status).toBe(403);
  expect(await list(both.key)).toEqual([]);
});

it('the table of keys is what the log says', async () => {
  const table = () =>
    antics.database.db.selectFrom('api_keys').selectAll().orderBy('id').execute();
  const before = await table();
  await antics.database.db.transaction().execute(rebuildApiKeys);
  expect(before.length).toBeGreaterThan(5);
  expect((await table()).map(({ last_used_at: _, ...key }) => key)).toEqual(
    before.map(({ last_used_at: _, ...key }) => key),
  );
});
