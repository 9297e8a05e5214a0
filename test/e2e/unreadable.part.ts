import { sharedServer, type TestServer } from './harness.ts';
import { askRaw } from './raw-request.ts';

/** What no client of ours sends. */
let antics: TestServer;
beforeAll(async () => {
  antics = await sharedServer();
});

const WRITES = [
  ['POST', '/api/sites'],
  ['POST', '/api/folders'],
  ['POST', '/api/alerts'],
  ['POST', '/api/keys'],
  ['PUT', '/api/sites/01938b7a-0000-7000-8000-000000000000'],
  ['PUT', '/api/sites/01938b7a-0000-7000-8000-000000000000/folder'],
  ['PUT', '/api/folders/01938b7a-0000-7000-8000-000000000000'],
] as const;

function send(method: string, path: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const bytes = typeof body === 'string' ? body : new Uint8Array(body);
  return fetch(`${antics.server.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${antics.adminKey}`, 'content-type': 'application/json', ...headers },
    body: bytes,
  });
}

describe.each(WRITES)('%s %s', (method, path) => {
  it.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('refuses what is nested 20,000 times in %s', async (open, close) => {
    const deep = `${open.repeat(20_000)}1${close.repeat(20_000)}`;
    for (const headers of [{}, { 'idempotency-key': 'deep' }]) {
      const answer = await send(method, path, `{"name":"x","z":${deep}}`, headers);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ errors: [{ pointer: '', detail: expect.stringContaining('nested') }] });
    }
  });

  it('refuses bytes that are no UTF-8, which would be stored damaged', async () => {
    const answer = await send(method, path, Buffer.from('{"name":"\xe9"}', 'latin1'));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ pointer: '', detail: 'must be UTF-8' }] });
  });
});

it.each(['{"domain":', '{"__proto__":{"x":1}}', '"text"', '[]', 'null', '5'])('%s is no body', async (body) => {
  const answer = await send('POST', '/api/sites', body);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/problem+json; charset=utf-8']);
});

it('a deletion may name the type of the body that it has not', async () => {
  const { id } = await antics.createSite();
  const headers = { 'content-type': 'application/json' };
  expect((await antics.ask(`/api/sites/${id}`, { method: 'DELETE', headers })).status).toBe(204);
});

it.each([
  ['a NUL in a header', ['Remote-User: a\u0000b'], 400],
  ['a folded header', ['Remote-User: a', ' b'], 400],
  ['a blank before the colon', ['Remote-User : a'], 400],
  ['two lengths', ['Content-Length: 1', 'Content-Length: 2'], 400],
  ['headers of 20 kB', [`X: ${'x'.repeat(20_000)}`], 431],
])('%s is a problem in the same form', async (_, lines, status) => {
  const port = Number(new URL(antics.server.baseUrl).port);
  const answer = await askRaw({ port, path: '/api/health', lines });
  expect(answer.status).toBe(status);
  expect(answer.head).toMatch(/content-type: application\/problem\+json/i);
  expect(JSON.parse(answer.body)).toMatchObject({ type: 'about:blank', status });
});
