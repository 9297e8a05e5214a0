import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { TrackerController } from './tracker.controller.ts';

const executable = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
  .find(existsSync);

/** Skipped, and counted as such, where the machine has no Chromium. */
const inBrowser = executable ? describe : describe.skip;

inBrowser('a site that includes the tracker from another origin', () => {
  let antics: NestFastifyApplication;
  let site: Server;
  let browser: Browser;
  const hits: { method: string; headers: IncomingMessage['headers']; body: Record<string, unknown> }[] = [];
  let origin: string;

  beforeAll(async () => {
    const testing = await Test.createTestingModule({ controllers: [TrackerController] }).compile();
    antics = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
    const fastify = antics.getHttpAdapter().getInstance();
    fastify.addHook('onRequest', async (request) => {
      if (request.method === 'OPTIONS') hits.push({ method: 'OPTIONS', headers: request.headers, body: {} });
    });
    fastify.post('/api/event', async (request, reply) => {
      hits.push({ method: 'POST', headers: request.headers, body: JSON.parse(String(request.body)) });
      return reply.status(202).header('access-control-allow-origin', '*').send();
    });
    await antics.listen(0, '127.0.0.1');
    const { port } = antics.getHttpServer().address() as AddressInfo;

    // require-corp and no-referrer: as forbidding as a page can be that still includes a script from elsewhere.
    site = createServer((_request, response) =>
      response
        .setHeader('content-type', 'text/html')
        .setHeader('cross-origin-embedder-policy', 'require-corp')
        .setHeader('referrer-policy', 'no-referrer')
        .end(`<!doctype html><script defer src="http://stats.test:${port}/antics.js"></script>`),
    );
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    origin = `http://site.test:${(site.address() as AddressInfo).port}`;
    browser = await chromium.launch({
      executablePath: executable!,
      args: ['--no-sandbox', '--host-resolver-rules=MAP *.test 127.0.0.1'],
    });
  });

  afterAll(async () => {
    await browser?.close();
    await antics?.close();
    site?.closeAllConnections();
    await new Promise((resolve) => (site ? site.close(resolve) : resolve(undefined)));
  });

  const arrived = async (count: number) => {
    const deadline = Date.now() + 10_000;
    while (hits.length < count && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    return hits;
  };

  it('has its views and events arrive, without preflight, cookie or error, even as the page is left', async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));

    await page.goto(`${origin}/pricing`);
    await arrived(1);
    await page.evaluate(`history.pushState({}, '', '/checkout')`);
    await arrived(2);
    await page.evaluate(`antics('Bought', { props: { plan: 'pro' } }); location.href = '/left'`);
    const all = await arrived(4);

    expect(all.map(({ method, body: { n, u } }) => [method, n, String(u).replace(origin, '')])).toEqual([
      ['POST', null, '/pricing'],
      ['POST', null, '/checkout'],
      ['POST', 'Bought', '/checkout'],
      ['POST', null, '/left'],
    ]);
    expect(all[2]?.body.p).toEqual({ plan: 'pro' });
    for (const { headers, body } of all) {
      expect(headers.origin).toBe(origin);
      expect(headers['content-type']).toMatch(/^text\/plain/);
      expect(headers.cookie).toBeUndefined();
      expect(body.w).toEqual(expect.any(Number));
    }
    expect(errors.filter((text) => !text.includes('favicon'))).toEqual([]);
    expect(await page.context().cookies()).toEqual([]);
    await page.close();
  });
});
