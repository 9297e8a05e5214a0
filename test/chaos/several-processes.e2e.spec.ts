import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import type { Db } from '../../src/platform/database.ts';
import { readServing } from '../../src/projections/engine/status.read.ts';
import { build, run, type Built, type Run } from '../e2e/built.ts';
import { projectionsOf, type Projections } from '../replay/projections-of.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';
import { ADMIN_KEY } from './built-server.ts';
import { startLoad, type Load } from './load.ts';
import { addSite, expectWhole } from './verdict.ts';

const PATIENCE_MS = 60_000;

let built: Built;
let database: TestDatabase;
let projections: Projections;
let db: Db;
let load: Load | undefined;
const processes: Run[] = [];

beforeAll(async () => {
  [built, database] = await Promise.all([build(), createTestDatabase()]);
  projections = projectionsOf(database.url);
  db = projections.db;
}, 120_000);

afterAll(async () => {
  await load?.end();
  for (const { child } of processes) child.kill('SIGKILL');
  await Promise.all(processes.map(({ ended }) => ended));
  await projections.close();
  await database.drop();
  await built.remove();
}, 60_000);

const environment = () => ({
  DATABASE_URL: database.url,
  ANTICS_DATA_DIR: `${built.folder}/d`,
  ANTICS_PORT: '0',
  ANTICS_ADMIN_KEY: ADMIN_KEY,
  ANTICS_RATE_LIMIT: 'off',
});

async function until<T>(what: string, ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const giveUp = Date.now() + PATIENCE_MS; Date.now() < giveUp; await sleep(50)) {
    const found = await ask();
    if (found !== undefined) return found;
  }
  throw new Error(`${what}:\n${processes.map(({ output }) => output()).join('\n--\n')}`);
}

/** Starts one, and answers its address once it listens. */
async function start(role: 'api' | 'worker'): Promise<string> {
  const started = run(built, [], { ...environment(), ANTICS_ROLE: role });
  processes.push(started);
  return until(`no ${role}`, () => /^Antics .*?(http:[^/]*\/\/[^/\s]+)/m.exec(started.output())?.[1]);
}

/** Waits for a process other than `not` that folds what serves. */
async function whoFolds(not?: Run): Promise<Run> {
  return until('nobody folds', async () => {
    // A rebuild that catches up has a lease, too, and is none of the workers.
    const { rows } = await sql<{ pid: number | null }>`select nullif(split_part(leased_by, ':', 2), '')::int as pid from projections
      where state = 'serving' and leased_until > clock_timestamp()`.execute(db);
    return processes.find((one) => one !== not && one.child.pid === rows[0]?.pid);
  });
}

async function folded(): Promise<number> {
  return (await readServing(db))?.position ?? 0;
}

/** Figures go on: somebody folds. */
async function untilFoldedMore(): Promise<void> {
  const before = await folded();
  await until('nothing is folded', async () => ((await folded()) > before ? true : undefined));
}

describe('several processes on one database', () => {
  it('one worker folds; killed, stopped and woken, or ended, another one does, and each hit counts once', async () => {
    const baseUrl = await start('api');
    await Promise.all([start('worker'), start('worker')]);
    const api = { baseUrl: () => baseUrl, databaseUrl: database.url };
    const site = await addSite(api, 'chaos.example');
    load = startLoad(api, 4, 'https://chaos.example', { restMs: 50 });
    await load.untilMore(50);

    const killed = await whoFolds();
    killed.child.kill('SIGKILL');
    await killed.ended;
    const [stopped] = await Promise.all([whoFolds(killed), start('worker')]);
    await untilFoldedMore();

    // A rebuild is under way when the one that folds stops, for longer than its lease and any timeout.
    const rebuild = run(built, ['projections', 'rebuild', 'all'], environment());
    processes.push(rebuild);
    stopped.child.kill('SIGSTOP');
    await whoFolds(stopped);
    await untilFoldedMore();
    await sleep(3_000);
    // Woken, it finds the lease with another; what the rebuild has made meanwhile it may be the first to take.
    stopped.child.kill('SIGCONT');
    await untilFoldedMore();
    expect([await rebuild.ended, rebuild.output()]).toEqual([0, expect.any(String)]);

    const last = await whoFolds();
    last.child.kill('SIGTERM');
    expect(await last.ended).toBe(0);
    const { rows } = await sql`select from projections where leased_by like ${`%:${last.child.pid}:%`}`.execute(db);
    expect(rows).toEqual([]);
    await whoFolds(last);

    const tally = await load.end();
    expect([tally.refusals, tally.lost]).toEqual([[], 0]);
    await expectWhole(api, site, tally);
    const serving = await readServing(db);
    const { rows: hits } = await sql`select position from ${serving?.names('hit') ?? sql``} group by 1 having count(*) > 1`
      .execute(db);
    expect(hits).toEqual([]);
  }, 240_000);
});
