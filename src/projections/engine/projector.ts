import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../platform/database.ts';
import type { Catalog } from '../catalog.ts';
import { foldStepPastPoison } from './poison.ts';
import { CheckpointAhead, endDeafHolder, endLease, type Step } from './step.ts';
import './projections.tables.ts';

export interface ProjectorOptions {
  /** One connection as owner, of the projector alone: `openProjectorDatabase`. */
  database: Database;
  catalog: Catalog;
  /** Who folds, such as host and process. Default: a random one. */
  holder?: string;
  /** Positions a batch spans at most. */
  maxBatch?: number;
  onError(message: string): void;
  /** What is no error, such as a generation that is left to others. Said once. */
  onNotice?(message: string): void;
  /** A checkpoint that nobody moves, and somebody holds, for so long is looked into. Default 5,000. */
  deafMs?: number;
  onStep?(generation: number, step: Step, milliseconds: number): void;
}

export interface Projector {
  start(): void;
  /** Hits were appended in this process: no need to wait for the next poll. */
  wake(): void;
  /** Ends after the batch in hand. Can be called twice. */
  stop(): Promise<void>;
}

const MAX_BATCH = 10_000;
/** Batches that follow each other closer fold the same rows of today again and again; a hit may wait a second. */
const MIN_INTERVAL_MS = 200;
const IDLE_POLL_MS = 400;
/** Nobody waits for what served before: larger batches cost less. */
const PREVIOUS_INTERVAL_MS = 2_000;
const BACK_OFF_MS = 100;
const MAX_BACK_OFF_MS = 10_000;
const DEAF_MS = 5_000;

/** Settings of the projector's connection: a generic plan was 8.6 times slower, and temporary tables are its path. */
export const PROJECTOR_SETTINGS = { plan_cache_mode: 'force_custom_plan', temp_buffers: '64MB', work_mem: '64MB' };

/** Folds every generation that is built, for as long as the process lives. */
export function createProjector(o: ProjectorOptions): Projector {
  let running = false;
  let loop: Promise<void> | undefined;
  let interrupt = new AbortController();
  let woken = false;
  const holder = o.holder ?? randomUUID();
  let previousAt = -Infinity;
  const busySince = new Map<number, number>();
  const leftToOthers = new Set<number>();
  /** Generations that failed, and until when each is left alone. */
  const resting = new Map<number, { ms: number; until: number }>();

  const pause = async (milliseconds: number): Promise<void> => {
    if (!running) return;
    interrupt = new AbortController();
    await sleep(milliseconds, undefined, { signal: interrupt.signal }).catch((e: unknown) => {
      if (!interrupt.signal.aborted) throw e;
    });
  };

  /** Answers whether some generation is behind the head. */
  const round = async (): Promise<boolean> => {
    const generations = await o.database.db
      .selectFrom('projections')
      .select(['generation', 'state'])
      .where('state', '<>', 'building')
      .orderBy('generation')
      .execute();
    let behind = false;
    for (const { generation, state } of generations) {
      if (!running) return false;
      const started = performance.now();
      if (state === 'previous') {
        if (started - previousAt < PREVIOUS_INTERVAL_MS) continue;
        previousAt = started;
      }
      if (started < (resting.get(generation)?.until ?? 0)) continue;
      try {
        const options = { catalog: o.catalog, maxBatch: o.maxBatch ?? MAX_BATCH, holder };
        const step = await foldStepPastPoison(o.database.db, generation, options, o.onError);
        o.onStep?.(generation, step, performance.now() - started);
        if (step.kind === 'filled' || (step.kind === 'folded' && !step.atHead)) behind = true;
        resting.delete(generation);
        await lookInto(generation, step);
      } catch (e) {
        // The others go on: the one that cures this may be among them.
        rest(generation, e);
      }
    }
    return behind;
  };

  const rest = (generation: number, e: unknown): void => {
    o.onError(`projections: ${e instanceof Error ? e.message : String(e)}`);
    // A checkpoint ahead of the log does not mend itself; the others are retried with growing pauses.
    const longer = Math.min((resting.get(generation)?.ms ?? BACK_OFF_MS) * 2, MAX_BACK_OFF_MS);
    const ms = e instanceof CheckpointAhead ? MAX_BACK_OFF_MS : longer;
    resting.set(generation, { ms, until: performance.now() + ms });
  };

  /** Says once what is left to others; frees what somebody holds who does not go on. */
  const lookInto = async (generation: number, step: Step): Promise<void> => {
    if (step.kind !== 'busy') {
      busySince.delete(generation);
      leftToOthers.delete(generation);
    } else if (step.lacks !== undefined) {
      if (!leftToOthers.has(generation)) {
        const lacks = step.lacks.join(', ');
        o.onNotice?.(`generation ${generation} is left to processes that have ${lacks}, which this Antics has not`);
      }
      leftToOthers.add(generation);
    } else {
      const deafMs = o.deafMs ?? DEAF_MS;
      const since = busySince.get(generation) ?? performance.now();
      busySince.set(generation, since);
      if (performance.now() - since < deafMs) return;
      busySince.delete(generation);
      if (await endDeafHolder(o.database.db, generation, deafMs)) {
        o.onNotice?.(`generation ${generation} was held by a process that stands still: its connection was ended`);
      }
    }
  };

  const run = async (): Promise<void> => {
    let backOff = BACK_OFF_MS;
    while (running) {
      const started = performance.now();
      try {
        woken = false;
        const behind = await round();
        backOff = BACK_OFF_MS;
        if (behind) continue;
        const rest = MIN_INTERVAL_MS - (performance.now() - started);
        if (rest > 0) await sleep(rest);
        if (!woken) await pause(IDLE_POLL_MS);
      } catch (e) {
        o.onError(`projections: ${e instanceof Error ? e.message : String(e)}`);
        backOff = Math.min(backOff * 2, MAX_BACK_OFF_MS);
        await pause(backOff);
      }
    }
  };

  return {
    start() {
      if (running) return;
      running = true;
      loop = run();
    },
    wake() {
      woken = true;
      interrupt.abort();
    },
    async stop() {
      running = false;
      interrupt.abort();
      await loop;
      loop = undefined;
      // It lapses by itself within seconds, should the database not be there.
      await endLease(o.database.db, holder).catch(() => undefined);
    },
  };
}
