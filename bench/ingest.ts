import { join } from 'node:path';

import { number } from '../src/cli/format.ts';
import { runScript, startScript, usageOf, watchMemory, type Child } from './children.ts';
import { median, milliseconds, perSecond, type Findings, type Line } from './figures.ts';
import { temporaryFolder } from './lifetime.ts';
import type { Load, LoadResult } from './load.ts';
import { countHits, registerSites, startPostgres, startServer, waitUntilFolded } from './server.ts';
import { LOAD_DOMAINS } from './traffic.ts';

const CONNECTIONS = 64;
/** Before figures count: compiled code, warm caches, a log that is not empty. */
const WARM_UP_SECONDS = 3;
/** Of the run that is counted to the last hit; fewer where the machine would take longer than for another run. */
const COUNTED = 20_000;

const TARGET_RATIO = 0.5;
const TARGET_P99_MS = 25;
const TARGET_MEGABYTES = 250;

export interface IngestOptions {
  /** Of one run. */
  seconds: number;
  /** Runs of each server, one after the other in turn. */
  rounds: number;
  /** Hits a second of the run at a fixed rate. */
  rate: number;
  progress: (line: string) => void;
}

interface Run extends LoadResult {
  readonly cpuMicroseconds: number;
}

/** `POST /api/event` of the server, durable, against a bare Fastify under the same load by the same client. */
export async function benchIngest(o: IngestOptions): Promise<Findings> {
  const folder = await temporaryFolder();
  const postgres = await startPostgres(folder);
  const server = await startServer({ databaseUrl: postgres.url, folder: join(folder, 'server') });
  const bare = await startScript<string>('bare.ts', { databaseUrl: postgres.url });
  await registerSites(server, LOAD_DOMAINS);

  let seed = 0;
  const runs = { server: [] as LoadResult[], bare: [] as LoadResult[] };
  const at = (url: string): { url: string; connections: number; seed: number } => ({
    url,
    connections: CONNECTIONS,
    seed: ++seed,
  });
  const run = async (name: 'server' | 'bare', load: Load): Promise<Run> => {
    const child: Child = name === 'server' ? server : bare;
    const before = await usageOf(child.pid);
    const result = await runScript<LoadResult>('load.ts', load);
    const after = await usageOf(child.pid);
    runs[name].push(result);
    // The worker may go on with what came in; the baseline is measured on a machine at rest.
    if (name === 'server') await waitUntilFolded(postgres.database);
    const cpu = before && after ? after.cpuSeconds - before.cpuSeconds : Number.NaN;
    return { ...result, cpuMicroseconds: (cpu * 1e6) / result.acknowledged };
  };

  o.progress('ingest: warming up');
  await run('bare', { kind: 'closed', ...at(bare.message), seconds: WARM_UP_SECONDS });
  await run('server', { kind: 'closed', ...at(server.url), seconds: WARM_UP_SECONDS });
  const timed = { server: [] as Run[], bare: [] as Run[] };
  const { megabytes } = await watchMemory(server.pid, async () => {
    for (let round = 1; round <= o.rounds; round++) {
      for (const [name, url] of [['bare', bare.message], ['server', server.url]] as const) {
        const result = await run(name, { kind: 'closed', ...at(url), seconds: o.seconds });
        timed[name].push(result);
        o.progress(`ingest: round ${round}, ${name}: ${perSecond(result.rate)}, p99 ${milliseconds(result.p99)}`);
      }
    }
  });
  o.progress(`ingest: ${perSecond(o.rate)} for ${o.seconds} s`);
  const bareFixed = await run('bare', { kind: 'fixed', ...at(bare.message), seconds: o.seconds, rate: o.rate });
  const fixed = await run('server', { kind: 'fixed', ...at(server.url), seconds: o.seconds, rate: o.rate });

  o.progress('ingest: counting');
  const before = await countHits(postgres.database);
  const likely = median(timed.server.map(({ rate }) => rate)) * o.seconds;
  const amount = Math.ceil(Math.min(COUNTED, Math.max(CONNECTIONS, likely)));
  const counted = await run('server', { kind: 'closed', ...at(server.url), amount });
  const stored = await countHits(postgres.database);
  await bare.stop();
  await server.stop();
  await postgres.stop();
  return {
    lines: [
      ...closedLines(timed.server, timed.bare),
      fixedLine(fixed, bareFixed, o.rate),
      memoryLine(megabytes),
      storedLine(counted, stored - before, runs.server, stored),
    ],
    notes: failures(runs.server, runs.bare),
  };
}

function closedLines(server: readonly Run[], bare: readonly Run[]): Line[] {
  const rate = median(server.map((run) => run.rate));
  const bareRate = median(bare.map((run) => run.rate));
  const p99 = median(server.map((run) => run.p99));
  const bareP99 = median(bare.map((run) => run.p99));
  const cpu = median(server.map((run) => run.cpuMicroseconds));
  const bareCpu = median(bare.map((run) => run.cpuMicroseconds));
  return [
    {
      figure: `ingest, ${CONNECTIONS} connections`,
      measured: perSecond(rate),
      target: `≥ ${TARGET_RATIO} of bare`,
      met: rate / bareRate >= TARGET_RATIO,
      baseline: `${perSecond(bareRate)} bare Fastify 202`,
      ratio: rate / bareRate,
    },
    {
      figure: 'ingest, p99 at that load',
      measured: milliseconds(p99),
      target: `≤ ${TARGET_P99_MS} ms`,
      met: p99 <= TARGET_P99_MS,
      baseline: `${milliseconds(bareP99)} bare Fastify`,
      ratio: p99 / bareP99,
    },
    {
      figure: 'ingest, CPU a hit (Node alone)',
      measured: `${cpu.toFixed(0)} µs`,
      baseline: `${bareCpu.toFixed(0)} µs bare Fastify`,
      ratio: cpu / bareCpu,
    },
  ];
}

function fixedLine(run: LoadResult, bare: LoadResult, rate: number): Line {
  return {
    figure: `ingest, p99 at a fixed ${perSecond(rate)}`,
    measured: milliseconds(run.p99),
    target: `≤ ${TARGET_P99_MS} ms`,
    met: run.p99 <= TARGET_P99_MS && run.failed === 0,
    baseline: `${milliseconds(bare.p99)} bare Fastify`,
    ratio: run.p99 / bare.p99,
  };
}

function memoryLine(megabytes: number): Line {
  return {
    figure: 'ingest, largest RSS (Node alone)',
    measured: `${megabytes.toFixed(0)} MB`,
    target: `≤ ${TARGET_MEGABYTES} MB`,
    met: megabytes <= TARGET_MEGABYTES,
  };
}

/** Exact for the run that waits for its last answer; for all runs within what was still on its way when they ended. */
function storedLine(counted: LoadResult, delta: number, all: readonly LoadResult[], stored: number): Line {
  const acknowledged = all.reduce((sum, run) => sum + run.acknowledged, 0);
  const sent = all.reduce((sum, run) => sum + run.sent, 0);
  // A request that got no answer may have been stored or not: nobody was promised anything.
  const isExact = delta >= counted.acknowledged && delta <= counted.acknowledged + counted.failed;
  return {
    figure: 'ingest, rows stored',
    measured: number(delta),
    target: '= acknowledged',
    met: isExact && acknowledged <= stored && stored <= sent,
    baseline: `${number(counted.acknowledged)} acknowledged`,
    ratio: delta / counted.acknowledged,
  };
}

function failures(server: readonly LoadResult[], bare: readonly LoadResult[]): string[] {
  const count = (runs: readonly LoadResult[]): number => runs.reduce((sum, run) => sum + run.failed, 0);
  const [ours, theirs] = [count(server), count(bare)];
  return ours + theirs === 0 ? [] : [`ingest: requests that failed: ${ours} of the server, ${theirs} of bare Fastify`];
}
