import { setTimeout as sleep } from 'node:timers/promises';

import { buildServer, type BuiltServer } from './built-server.ts';
import { startLoad, type Load } from './load.ts';
import { addSite, expectWhole } from './verdict.ts';

const ROUNDS = 3;
const CONNECTIONS = 24;

let server: BuiltServer;
let load: Load | undefined;

beforeAll(async () => {
  server = await buildServer();
  await server.start();
}, 120_000);

afterAll(async () => {
  await server.clear();
  await load?.end();
}, 60_000);

describe('a server that is killed under load', () => {
  it(`has every hit that it acknowledged, once, after ${ROUNDS} times`, async () => {
    const site = await addSite(server, 'chaos.example');
    load = startLoad(server, CONNECTIONS, 'https://chaos.example');
    for (let round = 0; round < ROUNDS; round++) {
      await load.untilMore(50);
      await sleep(Math.random() * 400);
      await server.kill();
      await server.start();
    }
    await load.untilMore(50);
    const tally = await load.end();

    expect(tally.acknowledged.length).toBeGreaterThan(ROUNDS * 50);
    // In each round the answers of hits on their way were lost: that is what the test is about.
    expect(tally.lost).toBeGreaterThan(ROUNDS);
    expect(tally.refusals.filter((status) => status !== '503')).toEqual([]);
    await expectWhole(server, site, tally);
    expect(await server.stop()).toBe(0);
  }, 180_000);
});
