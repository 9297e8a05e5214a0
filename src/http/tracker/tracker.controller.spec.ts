import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { readTracker } from './tracker.assets.ts';
import { TrackerController } from './tracker.controller.ts';

let app: NestFastifyApplication;
let plain: Buffer;
let core: Buffer;

beforeAll(async () => {
  const testing = await Test.createTestingModule({ controllers: [TrackerController] }).compile();
  app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  plain = (await readTracker('antics.js')).identity.body;
  core = (await readTracker('antics.core.js')).identity.body;
});
afterAll(() => app.close());

const get = (headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  app.inject({ method, url: '/antics.js', headers });

describe('GET /antics.js', () => {
  it('serves the script for a day, to pages of any origin', async () => {
    const answer = await get();
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload).toEqual(plain);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'content-length': String(plain.length),
      'cache-control': 'public, max-age=86400',
      vary: 'Accept-Encoding',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
    expect(answer.headers['content-encoding']).toBeUndefined();
  });

  it('compresses for clients that say so', async () => {
    const brotli = await get({ 'accept-encoding': 'gzip, br' });
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.rawPayload)).toEqual(plain);
    const gzip = await get({ 'accept-encoding': 'gzip, br;q=0' });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.rawPayload)).toEqual(plain);
  });

  it.each(['identity', 'gzip', 'br'])('answers 304 to a client that has the %s form already', async (encoding) => {
    const first = await get({ 'accept-encoding': encoding });
    const again = await get({ 'accept-encoding': encoding, 'if-none-match': String(first.headers.etag) });
    expect(again.statusCode).toBe(304);
    expect(again.rawPayload).toHaveLength(0);
    expect(again.headers).toMatchObject({
      etag: first.headers.etag,
      'cache-control': 'public, max-age=86400',
      vary: 'Accept-Encoding',
    });
  });

  it('answers 200 to a client that has an older one, or another form', async () => {
    const { etag } = (await get({ 'accept-encoding': 'br' })).headers;
    expect((await get({ 'accept-encoding': 'br', 'if-none-match': '"older"' })).statusCode).toBe(200);
    expect((await get({ 'accept-encoding': 'gzip', 'if-none-match': String(etag) })).statusCode).toBe(200);
  });

  it('answers HEAD with the same headers and no body', async () => {
    const [got, head] = [await get({ 'accept-encoding': 'br' }), await get({ 'accept-encoding': 'br' }, 'HEAD')];
    expect(head.statusCode).toBe(200);
    expect(head.rawPayload).toHaveLength(0);
    for (const name of ['etag', 'content-length', 'content-encoding', 'content-type'] as const) {
      expect(head.headers[name]).toBe(got.headers[name]);
    }
  });
});

describe('GET /antics.core.js', () => {
  it('serves the smaller script in the same way', async () => {
    const [whole, smaller] = [await get(), await app.inject({ url: '/antics.core.js' })];
    expect(smaller.rawPayload).toEqual(core);
    expect(smaller.headers.etag).not.toBe(whole.headers.etag);
    for (const name of ['cache-control', 'content-type', 'cross-origin-resource-policy', 'vary']) {
      expect(smaller.headers[name]).toBe(whole.headers[name]);
    }
  });
});
