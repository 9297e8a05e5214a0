import { sql } from 'kysely';

import { number } from '../src/cli/format.ts';
import { simulate } from '../src/cli/simulate/simulate.ts';
import { cliActor } from '../src/cli/store.ts';
import { migrate } from '../src/platform/migrate.ts';
import { openDatabase, type Database } from '../src/platform/database.ts';
import { ensureServing } from '../src/projections/engine/generation.ts';
import { foldStepPastPoison } from '../src/projections/engine/poison.ts';
import { PROJECTOR_SETTINGS } from '../src/projections/engine/projector.ts';
import type { StepOptions } from '../src/projections/engine/step.ts';
import { CATALOG } from '../src/projections/views.ts';
import { perSecond, type Line } from './figures.ts';
import { countHits, startPostgres, type Postgres } from './server.ts';

const DAYS = 365;
const SITES = 20;
const PATHS = 20_000;
const SEED = 1;
const BATCH = 10_000;

/** A log of twelve months, folded to its head. */
export interface Year {
  readonly postgres: Postgres;
  readonly hits: number;
  /** The first site, which has half of the hits. */
  readonly site: { readonly siteId: number; readonly id: string };
  /** What making it took; nothing where it was there. */
  readonly lines: readonly Line[];
  readonly notes: readonly string[];
}

/** Makes the year in `folder`, or takes the one that is there. */
export async function openYear(folder: string, hits: number, progress: (line: string) => void): Promise<Year> {
  const postgres = await startPostgres(folder);
  await migrate(postgres.url, progress);
  const found = await countHits(postgres.database);
  if (found > 0 && found < hits) {
    throw new Error(
      `${folder} holds ${number(found)} hits of ${number(hits)}: ` +
        `take it as it is by --hits ${found}, or remove it to have it made again`,
    );
  }
  const lines = found > 0 ? [] : [await makeHits(postgres.url, hits, progress)];
  const folded = await foldToHead(postgres.url, progress);
  if (folded) lines.push(folded);
  if (lines.length > 0) {
    progress('year: vacuum analyze');
    await sql`vacuum analyze`.execute(postgres.database.db);
  }
  const { db } = postgres.database;
  const { rows } = await sql<{ siteId: number; id: string; days: number }>`
    select site_id as "siteId", id, extract(epoch from now() - (
      select occurred_at from log_hits order by position desc limit 1))::float8 / 86400 as days
    from sites where domain = 'demo.example'`.execute(db);
  const site = rows[0];
  if (site === undefined) throw new Error(`${folder} is no year that the bench made: remove it`);
  return {
    postgres,
    hits: Math.max(found, hits),
    site,
    lines,
    notes: site.days < 1 ? [] : [`the year ended ${Math.floor(site.days)} days ago: today's periods hold less of it`],
  };
}

async function makeHits(url: string, hits: number, progress: (line: string) => void): Promise<Line> {
  progress(`year: appending ${number(hits)} simulated hits`);
  const database = openDatabase({
    url,
    role: 'writer',
    max: 2,
    applicationName: 'antics bench',
    onError: (e) => console.error(`bench: a connection was lost: ${e.message}`),
  });
  try {
    const passes = every(hits / 10);
    const made = await simulate(database.db, {
      hits,
      days: DAYS,
      sites: SITES,
      seed: SEED,
      paths: PATHS,
      actor: cliActor(),
      onProgress: (appended) => passes(appended) && progress(`year: ${number(appended)} hits`),
    });
    if (made.appended !== hits) throw new Error(`${number(made.appended)} of ${number(hits)} hits were appended`);
    return { figure: 'appending simulated hits', measured: perSecond(made.appended / made.seconds) };
  } finally {
    await database.close();
  }
}

/** The projector's one connection. */
export function openProjector(url: string): Database {
  return openDatabase({
    url,
    max: 1,
    applicationName: 'antics bench projector',
    settings: PROJECTOR_SETTINGS,
    statementTimeoutMs: 0,
    onError: (e) => console.error(`bench: a connection was lost: ${e.message}`),
  });
}

export function foldOptions(maxBatch: number): StepOptions {
  return { catalog: CATALOG, maxBatch };
}

/** What cannot be folded is a fault of ours: figures without it would be of something else. */
export function refusePoison(message: string): void {
  throw new Error(`the simulated log cannot be folded: ${message}`);
}

/** Folds the serving generation as the worker does. Undefined where it stood at the head already. */
async function foldToHead(url: string, progress: (line: string) => void): Promise<Line | undefined> {
  const projector = openProjector(url);
  try {
    const { generation } = await ensureServing(projector.db, CATALOG);
    const options = foldOptions(BATCH);
    const passes = every(1_000_000);
    const first = await positionOf(projector, generation);
    const started = performance.now();
    for (;;) {
      const step = await foldStepPastPoison(projector.db, generation, options, refusePoison);
      if (step.kind === 'busy') throw new Error('another worker folds the year: stop its server');
      const position = Number(step.position);
      if (passes(position)) progress(`year: folded up to ${number(position)}`);
      if (!step.atHead) continue;
      const count = position - first;
      if (count === 0) return undefined;
      const rate = count / ((performance.now() - started) / 1000);
      return { figure: `fold, all ${number(count)} in batches of ${number(BATCH)}`, measured: perSecond(rate) };
    }
  } finally {
    await projector.close();
  }
}

async function positionOf({ db }: Database, generation: number): Promise<number> {
  const { rows } = await sql<{ position: number }>`
    select position::float8 as position from projections where generation = ${generation}`.execute(db);
  return rows[0]?.position ?? 0;
}

/** Answers true once for each multiple of `size` that the argument passes. */
function every(size: number): (reached: number) => boolean {
  let next = size;
  return (reached) => {
    if (reached < next) return false;
    next = reached - (reached % size) + size;
    return true;
  };
}
