import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FIREFOX } from '../given.ts';
import { createTestDatabase } from '../setup/test-database.ts';
import { build, freePort, run, type Built, type Run } from './built.ts';
import { askAt, until } from './harness.ts';

let built: Built;
let data: string;
const running: Run[] = [];

beforeAll(async () => {
  built = await build();
  data = await mkdtemp(join(tmpdir(), 'antics-start-'));
  await chmod(data, 0o711);
});
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.child.kill('SIGKILL');
    await one.ended;
  }
});
afterAll(async () => {
  await built.remove();
  await rm(data, { recursive: true });
});

function start(args: string[], env: Record<string, string>): Run {
  const one = run(built, args, env);
  running.push(one);
  return one;
}

/** Waits for the last of the lines that it starts with. */
function isUp(one: Run): Promise<true> {
  return until(60_000, () => {
    if (one.child.exitCode !== null) throw new Error(one.output());
    return Promise.resolve(/^ +then put <script/m.test(one.output()) ? true : undefined);
  });
}

function stop(one: Run): Promise<number | null> {
  one.child.kill('SIGTERM');
  return one.ended;
}

const isFree = async (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/api/health`).then(
    () => false,
    () => true,
  );

it('starts on a bare machine, keeps what it was told over a restart, and stops its database with it', async () => {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const env = { ANTICS_DATA_DIR: data, ANTICS_PORT: String(port) };

  const first = start([], env);
  await isUp(first);
  const keyFile = join(data, 'admin-key');
  expect(first.output()).toContain(`Key     in ${keyFile}`);
  expect(first.output()).toContain(`curl -X POST ${base}/api/sites`);
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
  const key = (await readFile(keyFile, 'utf8')).trim();
  expect(key).toMatch(/^antics_[\w-]{43}$/);
  expect(first.output()).not.toContain(key);

  const create = { method: 'POST', body: { domain: 'example.com' }, key };
  const site = await askAt(base, '/api/sites', create);
  expect(site.status).toBe(201);
  const hit = { method: 'POST', key: null, headers: { origin: 'https://example.com', 'user-agent': FIREFOX } };
  // In flight while it is told to stop: what is answered 202 is in the log.
  const hits = Array.from({ length: 50 }, (_, i) =>
    askAt(base, '/api/event', { ...hit, body: { u: `https://example.com/${i}` } }).then(
      (answer) => answer.status,
      () => 0,
    ),
  );
  const begin = Date.now();
  expect(await stop(first)).toBe(0);
  expect(Date.now() - begin).toBeLessThan(10_000);
  const taken = (await Promise.all(hits)).filter((status) => status === 202).length;
  await expect(stat(join(data, 'postgres/data/postmaster.pid'))).rejects.toThrow('ENOENT');

  const second = start([], env);
  await isUp(second);
  expect(await readFile(keyFile, 'utf8')).toBe(`${key}\n`);
  const views = await until(5_000, async () => {
    const { json } = await askAt(base, `/api/stats/${site.json.id}?period=7d`, { key });
    return json.summary.pageviews === taken ? taken : undefined;
  });
  expect(views).toBe(taken);

  const port2 = await freePort();
  const beside = start([], { ...env, ANTICS_PORT: String(port2) });
  await isUp(beside);
  const seen = await askAt(`http://127.0.0.1:${port2}`, '/api/sites', { key });
  expect(seen.json.sites).toMatchObject([{ domain: 'example.com' }]);
  expect(await stop(second)).toBe(0);
  expect((await askAt(`http://127.0.0.1:${port2}`, '/api/sites', { key })).status).toBe(200);
  expect(await stop(beside)).toBe(0);
  expect(await isFree(port)).toBe(true);
}, 240_000);

describe('with a database that is there', () => {
  const dropped: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const drop of dropped) await drop();
  });

  async function env(more: Record<string, string> = {}): Promise<Record<string, string>> {
    const database = await createTestDatabase();
    dropped.push(() => database.drop());
    return { DATABASE_URL: database.url, ANTICS_DATA_DIR: data, ANTICS_PORT: String(await freePort()), ...more };
  }

  it('warns of a variable that it does not know, and starts; another on its port says so in one line and ends with 1', async () => {
    const given = await env({ ANTICS_ADMIN_KEY: 'k'.repeat(32) });
    const first = start([], { ...given, ANTICS_HOTS: 'x' });
    await isUp(first);
    expect(first.output()).toContain('ANTICS_HOTS is not known and has no effect: is ANTICS_HOST meant?');
    expect(first.output()).not.toMatch(/^Key /m);
    const second = start([], { ...given, ANTICS_LOG_LEVEL: 'silent' });
    expect(await second.ended).toBe(1);
    expect(second.output().trim()).toBe(
      `antics: Port ${given['ANTICS_PORT']} of 127.0.0.1 is in use: ` +
        'stop what listens there, or set ANTICS_PORT to another one.',
    );
  });

  it('tells all mistakes of the environment at once, and ends with 1', async () => {
    const one = start([], { ANTICS_PORT: 'x', ANTICS_ROLE: 'king', ANTICS_TYPO: '1' });
    expect(await one.ended).toBe(1);
    expect(one.output()).toMatch(/ANTICS_PORT should be/);
    expect(one.output()).toMatch(/ANTICS_ROLE should be/);
  });

  it('a worker folds what an api took, and answers health and metrics alone', async () => {
    const admin = 'k'.repeat(40);
    const given = await env({ ANTICS_ADMIN_KEY: admin });
    const workerPort = await freePort();
    const api = start([], { ...given, ANTICS_ROLE: 'api' });
    const worker = start([], { ...given, ANTICS_ROLE: 'worker', ANTICS_PORT: String(workerPort) });
    await isUp(api);
    const [base, workerBase] = [`http://127.0.0.1:${given['ANTICS_PORT']}`, `http://127.0.0.1:${workerPort}`];
    const site = await askAt(base, '/api/sites', { method: 'POST', body: { domain: 'roles.example' }, key: admin });
    const headers = { origin: 'https://roles.example', 'user-agent': FIREFOX };
    await askAt(base, '/api/event', { method: 'POST', key: null, headers, body: { u: 'https://roles.example/' } });
    await until(15_000, async () => {
      const { json } = await askAt(base, `/api/stats/${site.json.id}`, { key: admin });
      return json.summary.visitors === 1 ? true : undefined;
    });
    for (const path of ['/api/health', '/api/health/ready', '/metrics']) {
      expect((await askAt(workerBase, path, { key: null })).status).toBe(200);
    }
    expect((await askAt(workerBase, '/api/sites', { key: admin })).status).toBe(404);
    expect(await stop(worker)).toBe(0);
    expect(await stop(api)).toBe(0);
  });
});
