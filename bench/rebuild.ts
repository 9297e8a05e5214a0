import { readFile } from 'node:fs/promises';

import { sql } from 'kysely';

import { number } from '../src/cli/format.ts';
import { readHead } from '../src/log/head.ts';
import { openDatabase, type Database, type Tx } from '../src/platform/database.ts';
import {
  BUILD_SETTINGS,
  buildDays,
  buildHits,
  buildLast,
  finishFacts,
  HITS_A_RANGE,
  indexHits,
  planDays,
  prepareHits,
  startFacts,
} from '../src/projections/build/build.ts';
import { newestRules, newestViews } from '../src/projections/catalog.ts';
import { createGeneration } from '../src/projections/engine/generation.ts';
import { namesOf, schemaOf } from '../src/projections/facts/names.ts';
import { rulesWith } from '../src/projections/facts/rules.ts';
import { CATALOG } from '../src/projections/views.ts';
import { perSecond, type Findings, type Line } from './figures.ts';
import type { Year } from './year.ts';

const TARGET = 200_000;
/** As many as a rebuild has on this machine: a core for each. */
const LANES = 2;

interface Phase {
  readonly name: string;
  readonly ms: number;
}

/**
 * Builds facts and all views from nothing in bulk, with nothing else on the machine, by as many connections as a rebuild
 * has, a transaction a chunk. Beside it the same hits are copied by bare SQL into a table with one index.
 */
export async function benchRebuild(year: Year, progress: (line: string) => void): Promise<Findings> {
  const { db } = year.postgres.database;
  const lanes = Array.from({ length: LANES }, () => openLane(year.postgres.url));
  const target = await readHead(db);
  const generation = await db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'building' }));
  try {
    const phases = await build(lanes, generation, target, progress);
    const memory = await largestMemory(lanes);
    return findings(year.hits, phases, await copyBare(year.postgres.database), memory);
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
    await db.deleteFrom('projection_views').where('facts', '=', generation).execute();
    await db.deleteFrom('projections').where('generation', '=', generation).execute();
    await sql`drop schema if exists ${sql.ref(schemaOf(generation))} cascade`.execute(db);
    await sql`drop schema if exists bench cascade`.execute(db);
  }
}

function openLane(url: string): Database {
  return openDatabase({
    url,
    max: 1,
    applicationName: 'antics bench rebuild',
    settings: BUILD_SETTINGS,
    statementTimeoutMs: 0,
    onError: (e) => console.error(`bench: a connection was lost: ${e.message}`),
  });
}

async function build(
  lanes: readonly Database[],
  generation: number,
  target: bigint,
  progress: (line: string) => void,
): Promise<Phase[]> {
  const names = namesOf(generation);
  const rules = rulesWith(newestRules(CATALOG), []);
  const views = newestViews(CATALOG);
  const phases: Phase[] = [];
  const phase = async (name: string, run: () => Promise<void>): Promise<void> => {
    const started = performance.now();
    await run();
    phases.push({ name, ms: performance.now() - started });
    progress(`rebuild: ${name} ${(phases.at(-1)?.ms ?? 0).toFixed(0)} ms`);
  };
  const once = async <T>(step: (tx: Tx) => Promise<T>): Promise<T> => {
    const [lane] = lanes;
    if (lane === undefined) throw new Error('no lane');
    return await lane.db.transaction().execute(step);
  };
  await phase('log', async () => {
    await once((tx) => startFacts(tx, names, target));
    await inLanes(lanes, rangesUpTo(target), async ({ db }, range) => {
      await db.transaction().execute((tx) => prepareHits(tx, names, rules, range));
      await db.transaction().execute((tx) => buildHits(tx, names, rules, range));
    });
  });
  await phase('index', () => once((tx) => indexHits(tx, names, { workers: LANES - 1 })));
  await phase('days', async () => {
    const pieces = await once((tx) => planDays(tx, names));
    const months = [...Map.groupBy(pieces, ({ siteId, month }) => `${siteId} ${month}`).values()];
    await inLanes(lanes, months, async ({ db }, month) => {
      for (const piece of month) {
        const options = { writeVisits: true };
        await db.transaction().execute((tx) => buildDays(tx, names, rules, views, piece, options));
      }
    });
  });
  await phase('last', async () => {
    await once((tx) => buildLast(tx, names, views, target));
    await once((tx) => finishFacts(tx, names, target));
  });
  return phases;
}

function rangesUpTo(target: bigint): { from: bigint; to: bigint; parked: string[] }[] {
  const size = BigInt(HITS_A_RANGE);
  const ranges = [];
  for (let from = 0n; from < target; from += size) {
    ranges.push({ from, to: from + size < target ? from + size : target, parked: [] });
  }
  return ranges;
}

async function inLanes<T>(
  lanes: readonly Database[],
  all: readonly T[],
  run: (lane: Database, one: T) => Promise<void>,
): Promise<void> {
  const left = all.values();
  await Promise.all(
    lanes.map(async (lane) => {
      for (const one of left) await run(lane, one);
    }),
  );
}

async function copyBare({ db }: Database): Promise<number> {
  await sql`drop schema if exists bench cascade`.execute(db);
  await sql`create schema bench`.execute(db);
  await sql`create table bench.bare (like antics.log_hits)`.execute(db);
  await sql`create index bare_position on bench.bare (position)`.execute(db);
  const started = performance.now();
  await sql`insert into bench.bare select * from antics.log_hits`.execute(db);
  return performance.now() - started;
}

/** Bytes that a server process of a lane has of its own; undefined where the system does not tell. */
async function largestMemory(lanes: readonly Database[]): Promise<number | undefined> {
  const sizes = await Promise.all(
    lanes.map(async ({ db }) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
      const status = await readFile(`/proc/${rows[0]?.pid ?? 0}/status`, 'utf8').catch(() => '');
      return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024;
    }),
  );
  const largest = Math.max(...sizes);
  return Number.isNaN(largest) ? undefined : largest;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

function findings(hits: number, phases: readonly Phase[], bareMs: number, memory: number | undefined): Findings {
  const ms = phases.reduce((total, phase) => total + phase.ms, 0);
  const rate = (hits / ms) * 1000;
  const bareRate = (hits / bareMs) * 1000;
  const line: Line = {
    figure: `rebuild of all views, ${number(hits)} hits`,
    measured: perSecond(rate),
    target: `≥ ${perSecond(TARGET)}`,
    met: rate >= TARGET,
    baseline: `${perSecond(bareRate)} bare insert … select`,
    ratio: rate / bareRate,
  };
  const parts = phases.map(({ name, ms: took }) => `${name} ${(took / 1000).toFixed(1)} s`);
  const used: Line[] = memory === undefined ? [] : [{ figure: 'rebuild, memory of a lane', measured: megabytes(memory) }];
  return {
    lines: [line, ...used],
    notes: [`rebuild: ${parts.join(', ')}`],
  };
}
