import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import type { FastifyInstance } from 'fastify';
import { chromium } from 'playwright-core';

import { startTestServer, type TestServer } from '../e2e/harness.ts';
import { ruledRoutes, type RuledRoute } from './ruled-routes.ts';
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
  requestBody?: object;
  security?: Record<string, string[]>[];
  responses: Record<string, Response>;
}
interface Response {
  description?: string;
  headers?: Record<string, object>;
  content?: Record<string, { schema?: object }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}
const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
  );

/** Beside the API: its document, and what browsers ask before they ask. */
const UNDOCUMENTED = /^(?:HEAD|OPTIONS) |^GET \/api\/(?:docs(?:\/.*)?|openapi\.json)$/;

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
    expect(incomplete.map(({ route }) => route).filter((route) => !/^GET \/antics\./.test(route))).toEqual([]);
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

/** Has no version, and ends what may have ended already. */
const NO_COMMAND = 'DELETE /api/session';
/** Not of Nest's controllers. */
const FASTIFYS = ['POST /api/event', 'GET /api/pixel/{site_id}.gif', 'POST /api/send', 'GET /count', 'POST /count'];
/** What an operator does has no version, and what is appended to the log neither. Some of it takes no body. */
const DEED = /^POST \/api\/(?:(?:projections|parked)\/|events$)/;
/** Nothing that has a place. */
const PLACELESS = 'POST /api/events';
const BODILESS = /^POST \/api\/(?:parked\/.*|projections\/\{name\}\/(?:discard|rollback))$/;
const ANY_ASKER = ['api_key', 'session', 'proxy'];

/** What a route answers, and asks for, by its method, its path and its rule of access: what the document must say. */
function expectedOf({ route, rule }: RuledRoute): { statuses: number[]; headers: string[]; security: string[] } {
  const [method = '', path = ''] = route.split(' ');
  if ('open' in rule) return { statuses: [401], headers: [], security: [] };
  const isWrite = method !== 'GET' && route !== NO_COMMAND;
  const statuses = [
    ...[401, 429, 503],
    ...(rule.public === 'only' ? [] : [403]),
    ...(path.includes('{') ? [404] : []),
    ...(isWrite ? [400, 409, 422] : []),
    ...(isWrite && !DEED.test(route) ? [412] : []),
    ...(['POST', 'PUT', 'PATCH'].includes(method) ? [413, 415] : []),
  ];
  const security = { only: [], 'if-site-public': ['nobody', ...ANY_ASKER], always: ANY_ASKER }[rule.public ?? 'always'];
  return { statuses, headers: isWrite ? ['Idempotency-Key', ...(DEED.test(route) ? [] : ['If-Match'])] : [], security };
}

describe('by its rule of access and its method, a route’s document', () => {
  const ruled = () =>
    ruledRoutes(antics.server.app).map((of) => {
      const [method = '', path = ''] = of.route.split(' ');
      const operation = document.paths[path]?.[method.toLowerCase()];
      if (operation === undefined) throw new Error(`${of.route} is not documented`);
      return { ...of, method, path, operation, expected: expectedOf(of) };
    });

  it('is found for all of them', () => {
    const [all, open] = [ruled(), ruled().filter(({ rule }) => 'open' in rule)];
    expect(open.map(({ route }) => route).sort()).toEqual([
      'GET /antics.core.js', 'GET /antics.js', 'GET /api/health', 'GET /api/health/ready', 'GET /metrics', 'GET /sign-in',
    ]);
    // Beside those that are Fastify's own.
    expect(all.map(({ route }) => route).sort()).toEqual(
      operations().flatMap(({ route }) => (FASTIFYS.includes(route) ? [] : [route])).sort(),
    );
  });

  it('has every status that it may fail with', () => {
    const lacking = ruled().flatMap(({ route, rule, operation, expected }) => {
      const isAsked = !('open' in rule) && operation.parameters?.some((parameter) => parameter.in === 'query');
      const statuses = [...expected.statuses, ...(isAsked ? [400] : [])];
      return statuses.flatMap((status) => (operation.responses[status] === undefined ? [`${route}: ${status}`] : []));
    });
    expect(lacking).toEqual([]);
  });

  it('has the form of every failure, and when to try again', () => {
    const lacking = ruled().flatMap(({ route, operation }) =>
      Object.entries(operation.responses).flatMap(([status, { content, headers }]) => {
        if (Number(status) < 400 || `${route}: ${status}` === 'GET /api/health/ready: 503') return [];
        const hasForm = content?.['application/problem+json']?.schema !== undefined;
        const tells = !['429', '503'].includes(status) || headers?.['Retry-After'] !== undefined;
        return hasForm && tells ? [] : [`${route}: ${status}`];
      }),
    );
    expect(lacking).toEqual([]);
  });

  it('has the headers that a write honours, its body, and no other route has them', () => {
    for (const { route, method, operation, expected } of ruled()) {
      const headers = (operation.parameters ?? []).flatMap((one) => (one.in === 'header' ? [one.name] : []));
      expect([route, headers.sort()]).toEqual([route, expected.headers]);
      const hasBody = ['POST', 'PUT', 'PATCH'].includes(method) && !BODILESS.test(route);
      expect([route, operation.requestBody !== undefined]).toEqual([route, hasBody]);
    }
  });

  it('has the version that a write answers and a thing is read with, and where a new one is', () => {
    for (const { route, method, path, operation, expected } of ruled()) {
      const [status, answer] = Object.entries(operation.responses).find(([code]) => code.startsWith('2')) ?? [];
      const isThing = method === 'GET' && document.paths[path]?.['delete'] !== undefined;
      const wanted = [
        ...(expected.headers.includes('If-Match') || isThing ? ['ETag'] : []),
        ...((status === '201' || status === '202') && route !== PLACELESS ? ['Location'] : []),
      ];
      expect([route, Object.keys(answer?.headers ?? {}).sort()]).toEqual([route, wanted]);
    }
  });

  it('has the ways to say who is asking, all of which are described', () => {
    for (const { route, operation, expected } of ruled()) {
      const ways = (operation.security ?? []).flatMap((way) => Object.keys(way)[0] ?? 'nobody');
      expect([route, ways.sort()]).toEqual([route, [...expected.security].sort()]);
    }
    expect(document.components.securitySchemes).toMatchObject({
      api_key: { type: 'http', scheme: 'bearer' },
      session: { type: 'apiKey', in: 'cookie', name: 'antics_session' },
      proxy: { type: 'apiKey', in: 'header', name: 'Remote-User' },
    });
    expect(Object.keys(document.components.securitySchemes).sort()).toEqual([...ANY_ASKER].sort());
    expect(document.paths['/api/event']?.['post']?.security).toEqual([{}, { api_key: [] }]);
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
