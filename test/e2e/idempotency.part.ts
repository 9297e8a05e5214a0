import { randomUUID } from 'node:crypto';
import { sharedServer, type Answer, type Ask, type TestServer } from './harness.ts';

let antics: TestServer;
beforeAll(async () => {
  antics = await sharedServer();
});

const send = (method: string, path: string, body: unknown, key: string, more: Ask = {}): Promise<Answer> =>
  antics.ask(path, { method, ...(body !== undefined && { body }), headers: { 'idempotency-key': key }, ...more });

/** What a replay has to give again. */
const told = ({ status, headers, text }: Answer): unknown => [
  status,
  text,
  ...['etag', 'location', 'content-type'].map((name) => headers.get(name)),
];

const countEvents = async (): Promise<number> => {
  const { n } = await antics.database.db
    .selectFrom('log_events')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(n);
};

async function makeFolder(): Promise<string> {
  const made = await antics.ask('/api/folders', { method: 'POST', body: { name: 'Folder' } });
  return (made.json as { id: string }).id;
}

describe('each write, under an Idempotency-Key', () => {
  it.each<[string, () => Promise<[string, string, unknown]>]>([
    ['POST /api/sites', () => Promise.resolve(['POST', '/api/sites', { domain: `${randomUUID()}.example` }])],
    ['PUT /api/sites/:id', async () => ['PUT', `/api/sites/${(await antics.createSite()).id}`, { name: 'x' }]],
    ['PUT /api/sites/:id, with nothing new', async () => ['PUT', `/api/sites/${(await antics.createSite()).id}`, {}]],
    ['PUT /api/sites/:id/folder', async () => {
      const [site, folder_id] = [await antics.createSite(), await makeFolder()];
      return ['PUT', `/api/sites/${site.id}/folder`, { folder_id }];
    }],
    ['DELETE /api/sites/:id', async () => ['DELETE', `/api/sites/${(await antics.createSite()).id}`, undefined]],
    ['POST /api/folders', () => Promise.resolve(['POST', '/api/folders', { name: 'x', authelia_group: 'y' }])],
    ['PUT /api/folders/:id', async () => ['PUT', `/api/folders/${await makeFolder()}`, { name: 'x' }]],
    ['DELETE /api/folders/:id', async () => ['DELETE', `/api/folders/${await makeFolder()}`, undefined]],
  ])('%s is done once, and answers the same again', async (_, prepare) => {
    const [method, path, body] = await prepare();
    const key = randomUUID();
    const first = await send(method, path, body, key);
    expect(first.status).toBeLessThan(300);
    expect(first.headers.get('etag')).toMatch(/^"\d+"$/);
    const before = await countEvents();
    expect(told(await send(method, path, body, key))).toEqual(told(first));
    expect(await countEvents()).toBe(before);
  });
});

it('of many at once one site is made, and all are told of it', async () => {
  const [key, body] = [randomUUID(), { domain: `${randomUUID()}.example` }];
  const answers = await Promise.all(Array.from({ length: 6 }, () => send('POST', '/api/sites', body, key)));
  expect(new Set(answers.map((answer) => JSON.stringify(told(answer)))).size).toBe(1);
  expect(answers[0]?.status).toBe(201);
});

it('another request under the same key is 422: another body, another path, another method', async () => {
  const key = randomUUID();
  const { id } = await antics.createSite();
  const first = await send('PUT', `/api/sites/${id}`, { name: 'a', public: true }, key);
  const others = [
    send('PUT', `/api/sites/${id}`, { name: 'b', public: true }, key),
    send('PUT', `/api/sites/${(await antics.createSite()).id}`, { name: 'a', public: true }, key),
    send('DELETE', `/api/sites/${id}`, undefined, key),
  ];
  for (const other of others) {
    expect((await other).json).toMatchObject({ status: 422, title: 'Unprocessable Entity' });
  }
  // The same body, written otherwise.
  expect(told(await send('PUT', `/api/sites/${id}`, '{"public": true,\n "name": "a"}', key))).toEqual(told(first));
});

it('what was refused is tried anew under the same key', async () => {
  const key = randomUUID();
  const domain = `${randomUUID()}.example`;
  const other = await antics.createSite({ domain });
  expect((await send('POST', '/api/sites', { domain }, key)).status).toBe(409);
  await antics.ask(`/api/sites/${other.id}`, { method: 'DELETE' });
  expect((await send('POST', '/api/sites', { domain }, key)).status).toBe(201);
});

it('another asker’s key is another one, and replays nothing of the first', async () => {
  const key = randomUUID();
  const { json } = await antics.ask('/api/keys', { method: 'POST', body: { name: 'x', scopes: ['sites:write'] } });
  const first = await send('POST', '/api/folders', { name: 'x' }, key);
  const second = await send('POST', '/api/folders', { name: 'x' }, key, { key: (json as { key: string }).key });
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.json.id).not.toBe(first.json.id);
});

it.each(['', ' ', 'a b', 'ü', 'x'.repeat(256)])('"%s" is no key: 400', async (key) => {
  const answer = await send('POST', '/api/folders', { name: 'x' }, key);
  expect([answer.status, answer.json.errors]).toMatchObject([400, [{ pointer: 'Idempotency-Key' }]]);
});
