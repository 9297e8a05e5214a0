import { randomUUID } from 'node:crypto';
import { startTestServer, type Answer, type Ask, type TestServer } from './harness.ts';

let antics: TestServer;
beforeAll(async () => {
  antics = await startTestServer({ ANTICS_TRUSTED_PROXIES: '127.0.0.0/8' });
});
afterAll(() => antics.stop());

const create = (body: unknown, more: Ask = {}) => antics.ask('/api/folders', { method: 'POST', body, ...more });
const change = (id: string, body: unknown, more: Ask = {}) =>
  antics.ask(`/api/folders/${id}`, { method: 'PUT', body, ...more });
const remove = (id: string, more: Ask = {}) => antics.ask(`/api/folders/${id}`, { method: 'DELETE', ...more });
const move = (site: string, folder: unknown, more: Ask = {}) =>
  antics.ask(`/api/sites/${site}/folder`, { method: 'PUT', body: { folder_id: folder }, ...more });

async function keyOf(key: Record<string, unknown>): Promise<string> {
  const made = await antics.ask('/api/keys', { method: 'POST', body: { name: 'test', ...key } });
  if (made.status !== 201) throw new Error(made.text);
  return (made.json as { key: string }).key;
}

async function folder(body: Record<string, unknown> = {}, more: Ask = {}): Promise<string> {
  const made = await create({ name: 'Folder', ...body }, more);
  if (made.status !== 201) throw new Error(made.text);
  return (made.json as { id: string }).id;
}

const listed = async (ask: Ask = {}): Promise<string[]> => {
  const { json } = await antics.ask('/api/folders', ask);
  return (json.folders as { id: string }[]).map(({ id }) => id);
};
const events = (stream: string) =>
  antics.database.db.selectFrom('log_events').selectAll().where('stream', '=', stream).orderBy('position').execute();
const etag = (answer: Answer): [number, string | null] => [answer.status, answer.headers.get('etag')];

describe('a folder', () => {
  it('is made, read back, changed and removed, each on record', async () => {
    const made = await create({ name: ' Team ', authelia_group: ' Devs ', account: 'other', colour: 'red' });
    const { id } = made.json as { id: string };
    expect(etag(made)).toEqual([201, '"1"']);
    expect(made.headers.get('location')).toBe(`/api/folders/${id}`);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
    expect(made.json).toEqual({ id, name: 'Team', authelia_group: 'Devs', created_at: time });
    expect((await antics.ask('/api/folders')).json.folders).toContainEqual(made.json);
    const read = await antics.ask(made.headers.get('location') ?? '');
    expect([etag(read), read.json]).toEqual([[200, '"1"'], made.json]);

    const renamed = await change(id, { name: 'Crew' });
    expect([etag(renamed), renamed.json]).toEqual([[200, '"2"'], { ...made.json, name: 'Crew' }]);
    const closed = await change(id, { authelia_group: null, name: 'Crew' });
    expect([etag(closed), closed.json.authelia_group]).toEqual([[200, '"3"'], null]);
    expect(etag(await change(id, { authelia_group: null }))).toEqual([200, '"3"']);
    const gone = await remove(id);
    expect([etag(gone), gone.text]).toEqual([[204, '"4"'], '']);
    expect(await listed()).not.toContain(id);

    expect(await events(`folder:${id}`)).toMatchObject([
      { type: 'FolderCreated', command: 'CreateFolder', before: null, after: { name: 'Team', authelia_group: 'Devs' } },
      { type: 'FolderChanged', command: 'UpdateFolder', before: { name: 'Team' }, after: { name: 'Crew' } },
      { type: 'FolderChanged', before: { authelia_group: 'Devs' }, after: { authelia_group: null } },
      { type: 'FolderDeleted', command: 'DeleteFolder', before: { name: 'Crew', authelia_group: null }, after: null },
    ]);
  });

  it('that is not there is 404', async () => {
    const gone = await folder();
    await remove(gone);
    for (const id of [gone, randomUUID(), 'no-uuid', '%00']) {
      const { status, text } = await change(id, { name: 'x' });
      expect(status).toBe(404);
      for (const answer of [await remove(id), await antics.ask(`/api/folders/${id}`)]) {
        expect([answer.status, answer.text]).toEqual([404, text]);
      }
    }
  });

  it('honours If-Match', async () => {
    const id = await folder();
    for (const tag of ['"2"', 'W/"1"', '1', '"x"', '']) {
      const headers = { 'if-match': tag };
      expect([tag, (await change(id, { name: 'x' }, { headers })).status]).toEqual([tag, 412]);
      expect([tag, (await remove(id, { headers })).status]).toEqual([tag, 412]);
    }
    expect((await change(id, { name: 'y' }, { headers: { 'if-match': '"7", "1"' } })).status).toBe(200);
    expect((await remove(id, { headers: { 'if-match': '*' } })).status).toBe(204);
    expect((await create({ name: 'x' }, { headers: { 'if-match': '*' } })).status).toBe(412);
  });

  it.each<[string[], unknown]>([
    [['/name'], {}],
    [['/name'], { name: null }],
    [['/name'], { name: '' }],
    [['/name'], { name: ' \u0000' }],
    [['/name'], { name: ['x'] }],
    [['/name'], { name: 'x'.repeat(201) }],
    [['/authelia_group'], { name: 'x', authelia_group: 5 }],
    [['/authelia_group'], { name: 'x', authelia_group: '' }],
    [['/authelia_group'], { name: 'x', authelia_group: 'a,b' }],
    [['/authelia_group'], { name: 'x', authelia_group: 'a\u0000' }],
    [['/authelia_group'], { name: 'x', authelia_group: 'a\nb' }],
    [['/authelia_group', '/name'], { name: 5, authelia_group: {} }],
  ])('is refused, naming %j', async (pointers, body) => {
    const answer = await create(body);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ]);
    expect((answer.json.errors as { pointer: string }[]).map((error) => error.pointer).sort()).toEqual(pointers);
  });

  it('has a name of one line, that turns no text about it', async () => {
    const made = await create({ name: '\u202eA\r\nBcc: b\u2028' });
    expect(made.json.name).toBe('A  Bcc: b');
    expect((await change(made.json.id, { name: '\u202e\n' })).json.errors).toMatchObject([{ pointer: '/name' }]);
  });

  it('keeps text as it is, without what no database takes', async () => {
    const name = '<script>alert(1)</script> "\' =1+1';
    const made = await create(`{"name":${JSON.stringify(`${name}\u0000`)},"authelia_group":"<b>"}`);
    expect(made.json).toMatchObject({ name, authelia_group: '<b>' });
  });
});

describe('PUT /api/sites/:id/folder', () => {
  it('moves a site in, records it, and out', async () => {
    const [site, id] = [await antics.createSite(), await folder()];
    const moved = await move(site.id, id.toUpperCase());
    expect([etag(moved), moved.json]).toMatchObject([[200, '"2"'], { id: site.id, folder_id: id, excluded_ips: [] }]);
    expect(etag(await move(site.id, id))).toEqual([200, '"2"']);
    expect(etag(await move(site.id, null, { headers: { 'if-match': '"1"' } }))).toEqual([412, null]);
    const out = await move(site.id, null);
    expect([etag(out), out.json.folder_id]).toEqual([[200, '"3"'], null]);
    expect(await events(`site:${site.id}`)).toMatchObject([
      {},
      { type: 'SiteMoved', command: 'MoveSite', before: { folder_id: null }, after: { folder_id: id } },
      { type: 'SiteMoved', before: { folder_id: id }, after: { folder_id: null } },
    ]);
  });

  it('names a folder that is none', async () => {
    const site = await antics.createSite();
    const theirs = await folder({}, { key: await keyOf({ scopes: ['sites:write'], account: 'theirs' }) });
    for (const id of [undefined, 5, '', 'x', [], randomUUID(), theirs]) {
      const answer = await move(site.id, id);
      expect([answer.status, answer.json.errors]).toMatchObject([400, [{ pointer: '/folder_id' }]]);
    }
  });
});

it('a folder that goes moves its sites out, whose versions and trails say so', async () => {
  const [a, b] = [await folder(), await folder()];
  const [inside, created] = [await antics.createSite(), await antics.createSite({ folder_id: a })];
  const elsewhere = await antics.createSite({ folder_id: b });
  await move(inside.id, a);
  await remove(a);
  const read = async (id: string) => (await antics.ask(`/api/sites/${id}`)).json.folder_id as unknown;
  expect([await read(inside.id), await read(created.id), await read(elsewhere.id)]).toEqual([null, null, b]);
  expect(etag(await antics.ask(`/api/sites/${inside.id}`))).toEqual([200, '"3"']);
  expect((await events(`site:${inside.id}`)).at(-1)).toMatchObject({
    type: 'SiteMoved',
    command: 'DeleteFolder',
    before: { folder_id: a },
    after: { folder_id: null },
  });
  expect((await move(inside.id, a)).status).toBe(400);
});

it('sites that are moved into a folder while it goes end in none', async () => {
  const sites = await Promise.all(Array.from({ length: 6 }, () => antics.createSite()));
  const id = await folder();
  for (const { id: site } of sites.slice(0, 3)) await move(site, id);
  const moves = sites.map(({ id: site }) => move(site, id));
  const [gone, ...moved] = await Promise.all([remove(id), ...moves]);
  expect(gone.status).toBe(204);
  for (const answer of moved) expect([200, 400]).toContain(answer.status);
  for (const site of sites) expect((await antics.ask(`/api/sites/${site.id}`)).json.folder_id).toBeNull();
});

describe('who sees which folders', () => {
  it('keys of an account those of the account alone, which they make, change and use', async () => {
    const key = await keyOf({ scopes: ['sites:write'], account: 'acme' });
    const [mine, other] = [await folder({}, { key }), await folder()];
    expect(await listed({ key })).toEqual([mine]);
    expect(await listed()).toEqual(expect.arrayContaining([mine, other]));
    const theirs = await change(other, { name: 'x' }, { key });
    const none = await change(randomUUID(), { name: 'x' }, { key });
    expect([theirs.status, theirs.text]).toEqual([404, none.text]);
    expect((await remove(other, { key })).status).toBe(404);
    const read = (id: string) => antics.ask(`/api/folders/${id}`, { key });
    expect([(await read(other)).text, (await read(mine)).json.id]).toEqual([none.text, mine]);
    expect((await change(mine, { name: 'Mine' }, { key })).status).toBe(200);
    const body = { domain: 'acme.example', folder_id: mine };
    const site = await antics.ask('/api/sites', { method: 'POST', key, body });
    expect(site.json.folder_id).toBe(mine);
    expect((await move(site.json.id as string, other, { key })).status).toBe(400);
    expect((await remove(mine, { key })).status).toBe(204);
  });

  it('a key that is limited to sites those of its sites, and changes none', async () => {
    const [mine, other] = [await folder(), await folder()];
    const site = await antics.createSite({ folder_id: mine });
    const key = await keyOf({ scopes: ['sites:write'], site_ids: [site.id] });
    expect(await listed({ key })).toEqual([mine]);
    const name = { name: 'x' };
    const answers = [create(name, { key }), change(mine, name, { key }), remove(other, { key })];
    for (const answer of answers) expect((await answer).status).toBe(403);
  });

  it('a user those of their groups, whose case matters', async () => {
    const mine = await folder({ authelia_group: 'team' });
    for (const authelia_group of ['TEAM', 'tea', null]) await folder({ authelia_group });
    const headers = { 'remote-user': 'ann', 'remote-groups': 'other,team' };
    expect(await listed({ key: null, headers })).toEqual([mine]);
    expect((await antics.ask(`/api/folders/${mine}`, { key: null, headers })).json.id).toBe(mine);
    const write = { ...headers, 'sec-fetch-site': 'same-origin' };
    expect((await change(mine, { name: 'x' }, { key: null, headers: write })).status).toBe(403);
  });

  it('nobody without an identity or with a key for events alone', async () => {
    expect((await antics.ask('/api/folders', { key: null })).status).toBe(401);
    const key = await keyOf({ scopes: ['events:write'] });
    expect((await antics.ask('/api/folders', { key })).status).toBe(403);
    expect((await create({ name: 'x' }, { key: await keyOf({ scopes: ['stats:read'] }) })).status).toBe(403);
  });
});
