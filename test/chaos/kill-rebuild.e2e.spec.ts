import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { simulate } from '../../src/cli/simulate/simulate.ts';
import { readRebuilds } from '../../src/projections/rebuild/rebuilds.read.ts';
import { build, run, type Built } from '../e2e/built.ts';
import { startTestServer, type TestServer } from '../e2e/harness.ts';
import { request } from '../replay/rebuilding.ts';
import { untilCaughtUp } from '../replay/projections-of.ts';
import { compareWithOracle } from '../simulated/compare.ts';

/** The API and a worker in this process; the rebuild in others, which are killed. */
let antics: TestServer;
let built: Built;
let sites: { id: string }[];

beforeAll(async () => {
  built = await build();
  antics = await startTestServer({ ANTICS_ROLE: 'all', ANTICS_RATE_LIMIT: 'off' });
  const { db } = antics.database;
  await simulate(db, { hits: 40_000, days: 8, sites: 2, seed: 5, actor: 'cli:test' });
  sites = await db.selectFrom('sites').select('id').execute();
  await untilCaughtUp(db, 120_000);
}, 180_000);

afterAll(async () => {
  await antics.stop();
  await built.remove();
}, 60_000);

const start = () =>
  run(built, ['projections', 'rebuild', 'all', '--json'], {
    DATABASE_URL: antics.url,
    ANTICS_DATA_DIR: `${built.folder}/${randomBytes(4).toString('hex')}`,
  });

const ROUTES = ['', '/timeseries', '/breakdown/pathname', '/breakdown/source', '/paths', '/realtime', '/vitals'];

it('a rebuild that is killed again and again is resumed, and readers at 50 Hz see the same figures all the time', async () => {
  const { db } = antics.database;
  const urls = sites.flatMap(({ id }) => ROUTES.map((route) => `/api/stats/${id}${route}?period=7d`));
  const figures = async (url: string): Promise<string> => {
    const answer = await antics.ask(url);
    // How current they are changes; the figures do not.
    const { meta: _, ...text } = (answer.json ?? {}) as Record<string, unknown>;
    return `${answer.status} ${JSON.stringify(text)}`;
  };
  const before = new Map<string, string>();
  for (const url of urls) before.set(url, await figures(url));
  expect([...before.values()].filter((text) => text.startsWith('200')).length).toBeGreaterThan(6);

  const other: string[] = [];
  let [asked, ended] = [0, false];
  const polling = (async () => {
    for (const started = performance.now(); !ended; asked++) {
      const url = urls[asked % urls.length] ?? '';
      const found = await figures(url);
      if (found !== before.get(url) && !url.includes('realtime')) other.push(`${url}: ${found.slice(0, 300)}`);
      await sleep(Math.max(0, started + asked * 20 - performance.now()));
    }
  })();

  const { rebuildId } = await request(db);
  const state = async () => (await readRebuilds(db, { rebuildId }))[0];
  let kills = 0;
  for (; kills < 4 && (await state())?.state === 'running'; kills++) {
    const one = start();
    // It is at work when it tells how far it is.
    while (!one.output().includes('"progress"') && one.child.exitCode === null) await sleep(20);
    await sleep(80 * kills);
    one.child.kill('SIGKILL');
    await one.ended;
  }
  const last = start();
  const code = await last.ended;
  ended = true;
  await polling;
  expect({ code, output: code === 0 ? '' : last.output() }).toEqual({ code: 0, output: '' });
  expect(kills).toBeGreaterThan(0);
  expect((await state())?.state).toBe('switched');
  expect(other.slice(0, 3)).toEqual([]);
  expect(asked).toBeGreaterThan(50);
  await compareWithOracle(db, await untilCaughtUp(db));
}, 240_000);
