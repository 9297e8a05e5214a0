import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { ACCESS } from '../../src/http/access/access.ts';
import { sharedServer, until, type TestServer } from './harness.ts';
import { issueKey, type WantedKey } from './issue-key.ts';

let antics: TestServer;
beforeAll(async () => {
  antics = await sharedServer();
});

const issue = (key: Partial<WantedKey>) => issueKey(antics, key);

const hidden = ['', '/timeseries', '/realtime', '/paths', '/entry-exit', '/vitals'].map((sub) => (id: string) => `/api/stats/${id}${sub}`);
const exported = (id: string): string => `/api/export/${id}`;
const badge = (id: string): string => `/api/badge/${id}`;

describe('every route', () => {
  it('has a rule of access', () => {
    const methods = controllers().flatMap((controller) => controller.methods);
    expect(methods.length).toBeGreaterThan(10);
    expect(methods.filter((method) => method.rule === undefined)).toEqual([]);
  });

  it('is a controller’s, or one for hits, or the documentation', () => {
    const tree = antics.server.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }) as string;
    const ofControllers = controllers().flatMap(({ base, paths }) => paths.map((path) => join(base, path)));
    const others = pathsOf(tree).filter((path) => !ofControllers.includes(path) && !path.startsWith('/api/docs'));
    expect(others).toEqual(['/api/event', '/api/openapi.json', '/api/pixel/:site_id.gif', '/api/send', '/count']);
  });
});

describe('without an identity', () => {
  it.each(['/api/sites', '/api/refused-hosts'])('%s answers 401', async (path) => {
    const answer = await antics.ask(path, { key: null });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.json).toMatchObject({ type: 'about:blank', title: 'Unauthorized', status: 401 });
  });

  it('a site that is not public is as one that is not there: 401', async () => {
    const { id } = await antics.createSite();
    for (const path of [...hidden, exported]) {
      const there = await antics.ask(path(id), { key: null });
      const nowhere = await antics.ask(path(randomUUID()), { key: null });
      expect([there.status, nowhere.status]).toEqual([401, 401]);
      expect(there.text).toBe(nowhere.text);
    }
  });

  it('a public site shows its figures, and no export', async () => {
    const { id } = await antics.createSite({ public: true });
    for (const path of [...hidden, badge]) expect((await antics.ask(path(id), { key: null })).status).toBe(200);
    expect((await antics.ask(exported(id), { key: null })).status).toBe(401);
    expect((await antics.ask(`/api/sites/${id}`, { key: null })).status).toBe(401);
  });

  it('health, metrics and the tracker answer', async () => {
    for (const path of ['/api/health', '/api/health/ready', '/metrics', '/antics.js', '/api/openapi.json']) {
      expect((await antics.ask(path, { key: null })).status).toBe(200);
    }
  });
});

describe('an Authorization that is not one valid Bearer key', () => {
  const wrong = ['Basic YTpi', 'Bearer', 'Bearer ', 'Bearer nobody', 'Bearer a b', 'nonsense', 'Bearer \u00ff'];
  it.each(wrong)('"%s" is 401, on public routes too', async (authorization) => {
    const { id } = await antics.createSite({ public: true });
    for (const path of [`/api/stats/${id}`, badge(id), '/api/sites', '/api/health', '/antics.js']) {
      const answer = await antics.ask(path, { key: null, headers: { authorization } });
      expect([path, answer.status]).toEqual([path, 401]);
    }
  });

  it('comes in two headers: 401, although both are the same good one', async () => {
    const status = await new Promise((resolve, reject) => {
      const good = `Bearer ${antics.adminKey}`;
      const headers = ['Host', 'x', 'Authorization', good, 'Authorization', good];
      request(`${antics.server.baseUrl}/api/sites`, { headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(401);
  });

  it('is a key whose time is over', async () => {
    const over = await issue({ scopes: ['admin'], expires_at: new Date(Date.now() - 1_000) });
    const still = await issue({ scopes: ['admin'], expires_at: new Date(Date.now() + 60_000) });
    expect((await antics.ask('/api/sites', { key: over.key })).status).toBe(401);
    expect((await antics.ask('/api/sites', { key: still.key })).status).toBe(200);
  });

  it('is a revoked key, after a second at most', async () => {
    const { id, key } = await issue({ scopes: ['stats:read'] });
    expect((await antics.ask('/api/sites', { key })).status).toBe(200);
    await antics.database.db.deleteFrom('api_keys').where('id', '=', id).execute();
    await until(1_500, async () => ((await antics.ask('/api/sites', { key })).status === 401 ? true : undefined));
  });
});

describe('a key', () => {
  it('of the wrong scope is 403 where it sees the site, and 404 where it does not or there is none', async () => {
    const [mine, other] = [await antics.createSite(), await antics.createSite()];
    const writer = await issue({ scopes: ['events:write'], site_ids: [mine.id] });
    for (const path of [`/api/stats/${mine.id}`, `/api/export/${mine.id}`, '/api/sites', '/api/refused-hosts']) {
      const answer = await antics.ask(path, { key: writer.key });
      expect([path, answer.status]).toEqual([path, 403]);
    }
    const theirs = await antics.ask(`/api/stats/${other.id}`, { key: writer.key });
    const nowhere = await antics.ask(`/api/stats/${randomUUID()}`, { key: writer.key });
    expect([theirs.status, theirs.text]).toEqual([404, nowhere.text]);
    expect(names(theirs.headers)).toEqual(names(nowhere.headers));
    const reader = await issue({ scopes: ['stats:read'] });
    const create = { method: 'POST', body: { domain: 'forbidden.example' }, key: reader.key };
    expect((await antics.ask('/api/sites', create)).status).toBe(403);
  });

  const createAs = async (account: string): Promise<{ id: string }> => {
    const { key } = await issue({ scopes: ['sites:write'], account });
    const made = await antics.ask('/api/sites', { method: 'POST', key, body: { domain: `${randomUUID()}.example` } });
    return made.json as { id: string };
  };

  it.each([
    ['limited to a site', () => antics.createSite(), (id: string) => ({ site_ids: [id] })],
    ['of an account', () => createAs('umbrella'), () => ({ account: 'umbrella' })],
    ['limited within an account', () => createAs('lim'), (id: string) => ({ site_ids: [id], account: 'lim' })],
  ])('%s sees that, and of others the same 404 as of what is not there', async (_, create, limit) => {
    const [mine, other] = [await create(), await createAs('other')];
    const { key } = await issue({ scopes: ['stats:read', 'sites:write'], ...limit(mine.id) });
    const listed = await antics.ask('/api/sites', { key });
    expect(listed.json.sites).toMatchObject([{ id: mine.id }]);
    for (const path of [...hidden, exported, badge, (id: string) => `/api/sites/${id}`]) {
      const theirs = await antics.ask(path(other.id), { key });
      expect([path(''), theirs.status]).toEqual([path(''), 404]);
      for (const nowhere of [randomUUID(), 'no-uuid', '%00', `${other.id}x`]) {
        const answer = await antics.ask(path(nowhere), { key });
        expect([nowhere, answer.status, answer.text]).toEqual([nowhere, 404, theirs.text]);
        expect(names(answer.headers)).toEqual(names(theirs.headers));
      }
      if (path !== badge) expect((await antics.ask(path(mine.id), { key })).status).toBe(200);
    }
    if (!('site_ids' in limit(mine.id))) return;
    const another = { method: 'POST', body: { domain: 'limited.example' }, key };
    expect((await antics.ask('/api/sites', another)).status).toBe(403);
  });

  it('of an account without sites sees none', async () => {
    const { id } = await antics.createSite();
    const { key } = await issue({ scopes: ['admin'], account: 'empty' });
    expect((await antics.ask('/api/sites', { key })).json).toEqual({ sites: [] });
    expect((await antics.ask(`/api/stats/${id}`, { key })).status).toBe(404);
  });

  it('is noted as used, at most once a minute', async () => {
    const { id, key } = await issue({ scopes: ['stats:read'] });
    const used = async (): Promise<Date | undefined> => {
      const row = antics.database.db.selectFrom('api_keys').select('last_used_at').where('id', '=', id);
      return (await row.executeTakeFirstOrThrow()).last_used_at ?? undefined;
    };
    expect(await used()).toBeUndefined();
    await antics.ask('/api/sites', { key });
    const first = await until(2_000, used);
    await antics.ask('/api/sites', { key });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await used()).toEqual(first);
  });

  it('of the scope events:write sends hits from a server, for its sites', async () => {
    const [mine, other] = [await antics.createSite(), await antics.createSite()];
    const { key } = await issue({ scopes: ['events:write'], site_ids: [mine.id] });
    const send = (domain: string) =>
      antics.ask('/api/event', { method: 'POST', key, body: { u: `https://${domain}/` } });
    expect((await send(mine.domain)).status).toBe(202);
    expect((await send(other.domain)).status).toBe(401);
  });
});

it('an unknown path is a problem too', async () => {
  const answer = await antics.ask('/api/nothing');
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
});

it('forwarded identities are not believed', async () => {
  const headers = { 'remote-user': 'root', 'remote-groups': 'admins' };
  expect((await antics.ask('/api/sites', { key: null, headers })).status).toBe(401);
});

function names(headers: Headers): string[] {
  return [...headers.keys()].filter((name) => name !== 'date').sort();
}

interface Found {
  base: string;
  paths: string[];
  methods: { name: string; rule: unknown }[];
}

/** The controllers as Nest knows them. */
function controllers(): Found[] {
  const all = [...antics.server.app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return all.map(({ metatype }) => {
    const type = metatype as unknown as { name: string; prototype: object };
    const routes = Object.getOwnPropertyNames(type.prototype)
      .map((name) => ({ name: `${type.name}.${name}`, method: Reflect.get(type.prototype, name) as object }))
      .filter(({ method }) => typeof method === 'function' && Reflect.hasMetadata(METHOD_METADATA, method));
    return {
      base: Reflect.getMetadata(PATH_METADATA, type) as string,
      paths: routes.map(({ method }) => Reflect.getMetadata(PATH_METADATA, method) as string),
      methods: routes.map(({ name, method }) => ({ name, rule: Reflect.getMetadata(ACCESS, method) as unknown })),
    };
  });
}

function join(...parts: string[]): string {
  return `/${parts.flatMap((part) => part.split('/')).filter((part) => part !== '').join('/')}`;
}

/** The paths of a tree as Fastify prints it, four columns a level. */
function pathsOf(tree: string): string[] {
  const above: string[] = [];
  const paths = new Set<string>();
  for (const line of tree.split('\n')) {
    const [, indent, part, methods] = /^((?:│ {3}| {4})*)[├└]── (.*?)( \([A-Z, ]+\))?$/.exec(line) ?? [];
    if (indent === undefined || part === undefined) continue;
    above.length = indent.length / 4;
    above.push(part);
    if (methods !== undefined) paths.add(join(above.join('')));
  }
  return [...paths].sort();
}
