import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import type { FastifyInstance } from 'fastify';
import { chromium } from 'playwright-core';

import { startTestServer, type TestServer } from '../e2e/harness.ts';
import { runningRoutes } from './running-routes.ts';

let antics: TestServer;
let document: Document;
beforeAll(async () => {
  antics = await startTestServer();
  document = (await antics.ask('/api/openapi.json', { key: null })).json;
});
afterAll(() => antics.stop());

interface Operation {
  summary?: string;
  tags?: string[];
  parameters?: { name: string; in: string; schema?: object }[];
  responses: Record<string, { description?: string; content?: Record<string, { schema?: object }> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: object };
}
const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
  );

/** Beside the API: its document, the figures of the process, and what browsers ask before they ask. */
const UNDOCUMENTED = /^(?:HEAD|OPTIONS) |^GET (?:\/metrics|\/api\/docs(?:\/.*)?|\/api\/openapi\.json)$/;

describe('the API’s document', () => {
  it('has the routes that run, and no others', () => {
    const fastify = antics.server.app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    const running = runningRoutes(fastify.printRoutes({ commonPrefix: false }));
    expect(running).toContain('GET /api/stats/{site_id}/timeseries');
    const documented = operations().map(({ route }) => route);
    expect(documented.sort()).toEqual(running.filter((route) => !UNDOCUMENTED.test(route)).sort());
  });

  it('says of every route what it is for and what it answers when all is well', () => {
    const incomplete = operations().filter(({ operation }) => {
      const [status, answer] = Object.entries(operation.responses).find(([code]) => /^(?:2|303)/.test(code)) ?? [];
      if (!operation.summary || !operation.tags?.length || answer === undefined) return true;
      if (['202', '204', '303'].includes(status ?? '')) return false;
      const contents = Object.entries(answer.content ?? {});
      return contents.length === 0 || contents.some(([type, { schema }]) => type.includes('json') && !schema);
    });
    expect(incomplete.map(({ route }) => route).filter((route) => route !== 'GET /antics.js')).toEqual([]);
  });

  it('has every schema that it refers to', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    const known = Object.keys(document.components.schemas);
    expect(references.map(([, name]) => name).filter((name) => !known.includes(name ?? ''))).toEqual([]);
  });

  it('names the parameters of the stats, with their values and defaults', () => {
    const { parameters = [] } = document.paths['/api/stats/{site_id}']?.['get'] ?? {};
    const named = Object.fromEntries(parameters.map(({ name, schema, ...rest }) => [name, { ...schema, ...rest }]));
    expect(Object.keys(named).sort()).toEqual(['cursor', 'limit', 'metric', 'period', 'site_id']);
    expect(named['limit']).toMatchObject({ in: 'query', type: 'integer', default: 10, minimum: 1, maximum: 1000 });
    expect(named['metric']).toMatchObject({ default: 'pathname', enum: expect.arrayContaining(['utm_term']) });
    expect(named['period']).toMatchObject({ default: '30d', required: false });
    expect(named['site_id']).toMatchObject({ in: 'path', required: true, format: 'uuid' });
  });

  it('is what the stats answer', async () => {
    const { id } = await antics.createSite();
    const { json } = await antics.ask(`/api/stats/${id}`);
    const schema = document.components.schemas['StatsResponse'] as { required: string[]; properties: object };
    expect(Object.keys(json).sort()).toEqual(Object.keys(schema.properties).sort());
    const summary = document.components.schemas['SummaryDto'] as { properties: object };
    expect(Object.keys(json.summary).sort()).toEqual(Object.keys(summary.properties).sort());
  });
});

const executable = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
  .find(existsSync);
/** Skipped, and counted as such, where the machine has no Chromium. */
const inBrowser = executable ? it : it.skip;

describe('the browsable document', () => {
  it('lets its own scripts run and no others, and is framed by nobody', async () => {
    const page = await antics.ask('/api/docs', { key: null });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch('text/html');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/script-src 'self'(;|$)/);
    expect(policy).toMatch(/frame-ancestors 'none'/);
    const other = await antics.ask('/api/openapi.json', { key: null });
    expect(other.headers.get('content-security-policy')).not.toMatch('script-src');
  });

  inBrowser('shows the routes in a browser that holds to its policy, without a complaint', async () => {
    const browser = await chromium.launch({ executablePath: executable!, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('requestfailed', (request) => complaints.push(request.url()));
      await page.goto(`${antics.server.baseUrl}/api/docs`);
      await page.getByText('/api/stats/{site_id}/timeseries').waitFor({ timeout: 50_000 });
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  }, 120_000);
});
