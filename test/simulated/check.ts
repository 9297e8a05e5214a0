// Simulates traffic on a server of its own, folds it as a worker does, and holds every figure against the recount:
//   node test/simulated/check.ts --hits 1000000 --days 90 --sites 5 --seed 1
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { wholeNumber } from '../../src/cli/option-values.ts';
import { simulate } from '../../src/cli/simulate/simulate.ts';
import { startEmbedded } from '../../src/platform/embedded/embedded.ts';
import { messageOf } from '../../src/platform/errors.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { ensureServing } from '../../src/projections/engine/generation.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { projectionsOf, untilCaughtUp } from '../replay/projections-of.ts';
import { compareWithOracle } from './compare.ts';

const HOUR_MS = 3_600_000;

const { values } = parseArgs({
  options: {
    hits: { type: 'string', default: '100k' },
    days: { type: 'string', default: '90' },
    sites: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
  },
});

const say = (line: string): void => console.log(line);
const number = (value: number): string => value.toLocaleString('en');
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

async function check(url: string): Promise<void> {
  await migrate(url, () => undefined);
  const projections = projectionsOf(url);
  try {
    const { db } = projections;
    await ensureServing(db, CATALOG);
    let started = performance.now();
    const projector = projections.startProjector();
    const { appended } = await simulate(db, {
      hits: wholeNumber(1, 1e9)(values.hits),
      days: wholeNumber(1, 1826)(values.days),
      sites: wholeNumber(1, 500)(values.sites),
      seed: wholeNumber(0, 4_294_967_295)(values.seed),
      actor: 'cli:check',
    });
    say(`${number(appended)} hits appended in ${seconds(started)}`);
    const serving = await untilCaughtUp(db, HOUR_MS);
    say(`folded in ${projector.folded.length} batches, ${seconds(started)} after the first hit`);
    for (const message of projector.errors) throw new Error(message);
    started = performance.now();
    const compared = await compareWithOracle(db, serving);
    say(`recounted in ${seconds(started)}`);
    say(`${number(compared)} figures compared, 0 differ`);
  } finally {
    await projections.close();
  }
}

const folder = await mkdtemp(join(tmpdir(), 'antics-check-'));
try {
  await chmod(folder, 0o711); // the server's account has to pass through
  const server = await startEmbedded({ directory: join(folder, 'postgres'), log: () => undefined });
  try {
    await check(server.url);
  } finally {
    await server.stop();
  }
} catch (e) {
  console.error(messageOf(e));
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
