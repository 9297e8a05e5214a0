import { setTimeout as sleep } from 'node:timers/promises';

import { buildServer, type BuiltServer } from './built-server.ts';
import { keepAsking, startLoad, type Load } from './load.ts';
import { addSite, AUTHORIZED, expectWhole } from './verdict.ts';

const ROUNDS = 3;
const CONNECTIONS = 24;

let server: BuiltServer;
let load: Load | undefined;
let asking: ReturnType<typeof keepAsking> | undefined;

beforeAll(async () => {
  server = await buildServer();
  await server.start();
}, 120_000);

afterAll(async () => {
  await server.clear();
  await Promise.all([load?.end(), asking?.end()]);
}, 60_000);

describe('a PostgreSQL that is killed under load', () => {
  it(`is started again, and has every acknowledged hit once, after ${ROUNDS} times`, async () => {
    const site = await addSite(server, 'chaos.example');
    load = startLoad(server, CONNECTIONS, 'https://chaos.example');
    asking = keepAsking(server, `/api/stats/${site}?period=7d`, AUTHORIZED);
    for (let round = 0; round < ROUNDS; round++) {
      await load.untilMore(50);
      await sleep(Math.random() * 400);
      const killed = await server.postmaster();
      process.kill(killed, 'SIGKILL');
      while ((await server.postmaster()) === killed) await sleep(5);
    }
    await load.untilMore(50);
    const tally = await load.end();
    const statuses = await asking.end();

    expect(tally.lost).toBe(0);
    expect(tally.refusals.filter((status) => status !== '503')).toEqual([]);
    expect(statuses.filter((status) => status !== '200' && status !== '503')).toEqual([]);
    expect(statuses).toContain('200');
    await expectWhole(server, site, tally);
    expect(await server.stop()).toBe(0);
  }, 180_000);
});
