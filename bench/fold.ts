import { sql } from 'kysely';

import { number } from '../src/cli/format.ts';
import type { Database, Db } from '../src/platform/database.ts';
import { dropFacts } from '../src/projections/engine/drop.ts';
import { createGeneration, lockGenerations } from '../src/projections/engine/generation.ts';
import { foldStepPastPoison } from '../src/projections/engine/poison.ts';
import { CATALOG } from '../src/projections/views.ts';
import { median, percentile, perSecond, sum, type Findings, type Line } from './figures.ts';
import { foldOptions, openProjector, refusePoison, type Year } from './year.ts';

const TARGETS = [
  { batch: 10_000, perSecond: 50_000 },
  { batch: 1_000, perSecond: 20_000 },
];
/** Of the hits: they are folded first and not measured, so that tables and dictionaries are not empty. */
const WARM_UP_SHARE = 0.1;
/** A machine that is far too slow still gets its figures, of fewer hits. */
const LONGEST_MS = 3 * 60_000;
const SCANS = 3;

export interface FoldOptions {
  /** Folded at most, at each size of batch. */
  hits: number;
  progress: (line: string) => void;
}

/**
 * Folds a fresh generation from the start of the log, as the worker does, facts and all views and checkpoint in one
 * transaction a batch. After each batch the same rows are copied by bare SQL into a table with one index, so
 * that both meet the same machine.
 */
export async function benchFold(year: Year, o: FoldOptions): Promise<Findings> {
  const projector = openProjector(year.postgres.url);
  const lines: Line[] = [];
  const notes: string[] = [];
  try {
    for (const target of TARGETS) {
      const batches = await foldBatches(projector, year.postgres.database, target.batch, o);
      lines.push(lineOf(batches, target));
      notes.push(noteOf(batches, target.batch));
      o.progress(`fold: batches of ${number(target.batch)}: ${lines.at(-1)?.measured ?? ''}`);
    }
    lines.push(await scanLine(year.postgres.database));
  } finally {
    await dropReady(projector.db);
    await sql`drop schema if exists bench cascade`.execute(projector.db);
    await projector.close();
  }
  return { lines, notes };
}

interface Batch {
  readonly hits: number;
  readonly foldMs: number;
  readonly bareMs: number;
}

async function dropReady(db: Db): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await lockGenerations(tx);
    const ready = await tx.selectFrom('projections').select('generation').where('state', '=', 'ready').execute();
    for (const { generation } of ready) await dropFacts(tx, generation);
  });
}

async function foldBatches(projector: Database, bare: Database, maxBatch: number, o: FoldOptions): Promise<Batch[]> {
  await dropReady(projector.db); // of a run that was killed
  const generation = await projector.db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'ready' }));
  await makeBareTable(bare);
  const options = foldOptions(maxBatch);
  const batches: Batch[] = [];
  const giveUp = performance.now() + LONGEST_MS;
  let from = 0n;
  let folded = 0;
  let isBehind = true;
  while (isBehind && folded < o.hits && performance.now() < giveUp) {
    const started = performance.now();
    const step = await foldStepPastPoison(projector.db, generation, options, refusePoison);
    const foldMs = performance.now() - started;
    if (step.kind === 'busy') throw new Error('another worker folds the year: stop its server');
    const { hits, bareMs } = await copyBare(bare, from, step.position);
    if (folded >= o.hits * WARM_UP_SHARE) batches.push({ hits, foldMs, bareMs });
    folded += hits;
    from = step.position;
    isBehind = !step.atHead;
  }
  return batches;
}

/** The log's own columns, one index: the least that keeps each hit and finds it again. */
async function makeBareTable({ db }: Database): Promise<void> {
  await sql`drop schema if exists bench cascade`.execute(db);
  await sql`create schema bench`.execute(db);
  await sql`create table bench.bare (like antics.log_hits)`.execute(db);
  await sql`create index bare_position on bench.bare (position)`.execute(db);
}

async function copyBare({ db }: Database, from: bigint, to: bigint): Promise<{ hits: number; bareMs: number }> {
  const started = performance.now();
  const result = await sql`insert into bench.bare
    select * from antics.log_hits where position > ${from} and position <= ${to}`.execute(db);
  return { hits: Number(result.numAffectedRows ?? 0), bareMs: performance.now() - started };
}

function lineOf(batches: readonly Batch[], target: { batch: number; perSecond: number }): Line {
  const hits = sum(batches.map((batch) => batch.hits));
  const rate = (hits / sum(batches.map((batch) => batch.foldMs))) * 1000;
  const bareRate = (hits / sum(batches.map((batch) => batch.bareMs))) * 1000;
  return {
    figure: `fold, batches of ${number(target.batch)}`,
    measured: perSecond(rate),
    target: `≥ ${perSecond(target.perSecond)}`,
    met: rate >= target.perSecond,
    baseline: `${perSecond(bareRate)} bare insert … select`,
    ratio: rate / bareRate,
  };
}

function noteOf(batches: readonly Batch[], size: number): string {
  const times = batches.map((batch) => batch.foldMs);
  const hits = sum(batches.map((batch) => batch.hits));
  const [p50, p99] = [median(times), percentile(times, 99)];
  return (
    `fold, batches of ${number(size)}: ${number(hits)} hits in ${number(batches.length)} batches, ` +
    `a batch p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`
  );
}

/** How fast the log can be read at all. */
async function scanLine({ db }: Database): Promise<Line> {
  const rates: number[] = [];
  for (let i = 0; i < SCANS; i++) {
    const started = performance.now();
    // An aggregate that has to look into the rows: a count alone is answered from the index.
    const { rows } = await sql<{ hits: number }>`
      select count(*)::float8 as hits, count(pathname) as paths from antics.log_hits`.execute(db);
    rates.push(((rows[0]?.hits ?? 0) / (performance.now() - started)) * 1000);
  }
  return { figure: 'bare scan of the log, count(*)', measured: perSecond(median(rates)) };
}
