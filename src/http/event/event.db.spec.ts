import { connect, type AddressInfo } from 'node:net';

import { Module } from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { sql } from 'kysely';
import { Registry } from 'prom-client';

import { FIREFOX, given, type GivenSite } from '../../../test/given.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { createIntake, type Intake } from '../../commands/record-hits/intake.ts';
import { HIT_WRITER, RecordHitsHandler } from '../../commands/record-hits/record-hits.handler.ts';
import { openDatabase, type Database } from '../../platform/database.ts';
import { createLogger } from '../../platform/logger.ts';
import { EVENT_MODELS, describeEventRoute } from './event.openapi.ts';
import { MAX_BODY_BYTES } from './answer-hit.ts';
import { registerEventRoute } from './event.route.ts';

let clone: TestDatabase;
let owner: Database;
let writer: Database;
let app: NestFastifyApplication;
let intake: Intake;
let site: GivenSite;
const registry = new Registry();
const lines: string[] = [];

beforeAll(async () => {
  clone = await createTestDatabase();
  const options = { url: clone.url, max: 4, applicationName: 'antics test', onError: () => undefined };
  owner = openDatabase(options);
  writer = openDatabase({ ...options, role: 'writer' });
  site = await given(owner.db).site({ domain: 'example.com', timezone: 'Europe/Berlin' });
  await sql`update sites set excluded_paths = '{/hidden}', excluded_ips = '{198.51.100.0/24}', respect_gpc = true`.execute(
    owner.db,
  );

  class TestModule {}
  Module({
    imports: [CqrsModule.forRoot()],
    providers: [RecordHitsHandler, { provide: HIT_WRITER, useValue: writer.db }],
  })(TestModule);
  const testing = await Test.createTestingModule({ imports: [TestModule] }).compile();
  app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  const bus = app.get(CommandBus);
  intake = createIntake({
    db: writer.db,
    record: (command) => bus.execute(command),
    trustedProxies: [],
    countryOf: (ip) => (ip === '127.0.0.1' ? 'DE' : null),
    isSpamHost: (host) => host === 'spam.example',
    canWriteEvents: (authorization) => Promise.resolve(authorization === 'Bearer good'),
    baseUrl: () => 'http://127.0.0.1:8480',
    log: createLogger('warn', { write: (line) => void lines.push(line) }),
    metrics: registry,
  });
  registerEventRoute(app.getHttpAdapter().getInstance(), intake);
  await intake.start();
  await app.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await app.close();
  await intake.stop();
  await writer.close();
  await owner.close();
  await clone.drop();
});

const BROWSER = { origin: 'https://example.com', 'user-agent': FIREFOX, 'content-type': 'text/plain;charset=UTF-8' };
const VIEW = { n: null, u: 'https://example.com/pricing', r: 'https://google.com', w: 1920, t: 5, p: { plan: 'pro' } };

async function post(body: unknown, headers: Record<string, string | undefined> = {}) {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const given = Object.entries({ ...BROWSER, ...headers }).filter((entry) => entry[1] !== undefined);
  return app.inject({ method: 'POST', url: '/api/event', payload: text, headers: Object.fromEntries(given) });
}
let paths = 0;
const newPath = () => `/${(paths += 1)}`;
async function hitsAt(path: string) {
  return owner.db.selectFrom('log_hits').selectAll().where('pathname', '=', path).execute();
}

describe('POST /api/event', () => {
  it('answers 202 with nothing once the hit is in the log', async () => {
    const answer = await post(VIEW);
    expect(answer.statusCode).toBe(202);
    expect(answer.rawPayload).toHaveLength(0);
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': '*' });
    expect(answer.headers['x-antics-dropped']).toBeUndefined();
    expect(await hitsAt('/pricing')).toMatchObject([
      {
        site_id: site.siteId,
        hostname: 'example.com',
        referrer: 'https://google.com',
        width: 1920,
        duration_ms: 5000,
        country: 'DE',
        name: null,
        verdict: null,
        props: { plan: 'pro' },
      },
    ]);
  });

  it.each([
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'garbage',
    ';;;=/',
    '',
    undefined,
  ])('reads the body as JSON when its content type is %j', async (type) => {
    const path = newPath();
    expect((await post({ u: `https://example.com${path}` }, { 'content-type': type })).statusCode).toBe(202);
    expect(await hitsAt(path)).toHaveLength(1);
  });

  it('stores odd but lawful text as it came', async () => {
    const path = newPath();
    const p = { 'größe "{},\\': '🙂\n', NULL: 'null', __proto__x: "it's" };
    const body = { n: 'NULL', u: `https://example.com${path}`, p };
    expect((await post(body)).statusCode).toBe(202);
    expect(await hitsAt(path)).toMatchObject([{ name: 'NULL', props: p }]);
  });

  it.each([
    ['bot', VIEW, { 'user-agent': 'curl/8.11.0' }, true],
    ['prefetch', VIEW, { 'sec-purpose': 'prefetch' }, true],
    ['spam_referrer', { ...VIEW, r: 'https://spam.example/' }, {}, true],
    ['excluded_path', { ...VIEW, u: 'https://example.com/hidden' }, {}, true],
    ['gpc', VIEW, { 'sec-gpc': '1' }, false],
    ['unknown_site', VIEW, { origin: 'https://unknown.example' }, false],
    ['unknown_site', VIEW, { origin: 'null' }, false],
  ] as const)('says %s of what will not be counted', async (reason, body, headers, logged) => {
    const count = async () => Number((await sql<{ n: string }>`select count(*) n from log_hits`.execute(owner.db)).rows[0]?.n);
    const before = await count();
    const answer = await post(body, headers);
    expect(answer.statusCode).toBe(202);
    expect(answer.rawPayload).toHaveLength(0);
    expect(answer.headers).toMatchObject({
      'x-antics-dropped': reason,
      'access-control-expose-headers': 'X-Antics-Dropped',
    });
    expect((await count()) - before).toBe(logged ? 1 : 0);
  });

  it('counts what it does not log, within a second or so', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    const { rows } = await sql`select site_id, reason, hits from drop_counts`.execute(owner.db);
    expect(rows).toEqual([{ site_id: site.siteId, reason: 'gpc', hits: '1' }]);
    const refused = await sql`select host, hits from refused_hosts`.execute(owner.db);
    expect(refused.rows).toEqual([{ host: 'unknown.example', hits: '1' }]);
    expect(lines.filter((line) => line.includes('unknown.example'))).toHaveLength(1);
  });

  it('is of no site when it has two Origins', async () => {
    const raw = await rawRequest(['Origin: https://example.com', 'Origin: https://example.com']);
    expect(raw).toMatch(/^HTTP\/1\.1 202 /);
    expect(raw.toLowerCase()).toContain('x-antics-dropped: unknown_site');
  });

  it('needs a key where it has no Origin', async () => {
    const answer = await post(VIEW, { origin: undefined });
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toMatchObject({ type: 'about:blank', title: 'Unauthorized', status: 401 });
    expect((await post(VIEW, { origin: undefined, authorization: 'Bearer good' })).statusCode).toBe(202);
    expect((await post(VIEW, { origin: undefined, authorization: 'Bearer bad' })).statusCode).toBe(401);
  });

  it.each([
    ['', ''],
    ['', 'u=https://example.com'],
    ['', Buffer.from([0x7b, 0xff, 0x7d])],
    ['', '['.repeat(1000) + ']'.repeat(1000)],
    ['/n', { ...VIEW, n: true }],
    ['/n', { ...VIEW, n: 'x'.repeat(121) }],
    ['/u', { ...VIEW, u: undefined }],
    ['/u', { ...VIEW, u: 'javascript:alert(1)' }],
    ['/u', { ...VIEW, u: `https://example.com/${'x'.repeat(2048)}` }],
    ['/r', { ...VIEW, r: {} }],
    ['/p', { ...VIEW, p: [] }],
    ['/p/plan', { ...VIEW, p: { plan: 'x'.repeat(2001) } }],
  ])('names the field at fault: %j', async (pointer, body) => {
    const answer = await post(body);
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.json()).toMatchObject({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      errors: [{ pointer, detail: expect.any(String) }],
    });
  });

  it('takes 64 KiB and answers 413 to more', async () => {
    const fill = (bytes: number) => {
      const empty = JSON.stringify({ u: 'https://example.com/full', x: '' });
      return JSON.stringify({ u: 'https://example.com/full', x: 'x'.repeat(bytes - empty.length) });
    };
    expect((await post(fill(MAX_BODY_BYTES))).statusCode).toBe(202);
    const answer = await post(fill(MAX_BODY_BYTES + 1));
    expect(answer.statusCode).toBe(413);
    expect(answer.json()).toMatchObject({ status: 413, title: 'Content Too Large' });
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });

  it('notes a proxy that is not trusted', async () => {
    expect(intake.forwardedByUntrusted).toBe(false);
    for (let i = 0; i < 2; i++) await post(VIEW, { 'x-forwarded-for': '8.8.8.8' });
    expect(intake.forwardedByUntrusted).toBe(true);
    expect(lines.filter((line) => line.includes('ANTICS_TRUSTED_PROXIES'))).toHaveLength(1);
  });

  it('leaves other bodies to Nest’s parsers, and other methods unanswered', async () => {
    expect((await app.inject({ method: 'GET', url: '/api/event' })).statusCode).toBe(404);
    expect((await app.inject({ method: 'PUT', url: '/api/event', payload: '{}' })).statusCode).toBe(404);
  });

  it('counts by outcome', async () => {
    const text = await registry.metrics();
    expect(text).toMatch(/antics_hits_total\{outcome="recorded"\} [1-9]/);
    expect(text).toMatch(/antics_hits_total\{outcome="malformed"\} [1-9]/);
    expect(text).toMatch(/antics_hits_total\{outcome="excluded_ip"\} 0/);
    expect(text).toMatch(/antics_append_hits_count [1-9]/);
    expect(text).toContain('antics_hits_waiting 0');
    expect(text).toContain('antics_forwarded_by_untrusted 1');
  });
});

describe('OPTIONS /api/event', () => {
  it('lets any page send any header', async () => {
    const answer = await app.inject({
      method: 'OPTIONS',
      url: '/api/event',
      headers: {
        origin: 'https://anywhere.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type, x-umami-cache',
      },
    });
    expect(answer.statusCode).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'content-type, x-umami-cache',
      'access-control-max-age': '86400',
    });
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  });

  it('does not repeat what is no list of headers', async () => {
    const headers = { 'access-control-request-headers': 'a b, <c>' };
    const answer = await app.inject({ method: 'OPTIONS', url: '/api/event', headers });
    expect(answer.headers['access-control-allow-headers']).toBe('*');
  });
});

describe('the API’s document', () => {
  it('shows the route', () => {
    const document = { paths: {} } as Parameters<typeof describeEventRoute>[0];
    describeEventRoute(document);
    expect(document.paths['/api/event']?.post?.requestBody).toMatchObject({ required: true });
    expect(EVENT_MODELS).toHaveLength(1);
  });
});

describe('at the end', () => {
  it('answers 503 with Retry-After once it stops', async () => {
    await intake.stop();
    const answer = await post(VIEW);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.json()).toMatchObject({ status: 503, title: 'Service Unavailable' });
  });
});

/** What no client library sends. */
function rawRequest(headers: readonly string[]): Promise<string> {
  const body = JSON.stringify(VIEW);
  const { port } = app.getHttpServer().address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    const lines = ['Host: localhost', `User-Agent: ${FIREFOX}`, `Content-Length: ${body.length}`, 'Connection: close'];
    socket.end(`POST /api/event HTTP/1.1\r\n${[...lines, ...headers].join('\r\n')}\r\n\r\n${body}`);
  });
}
