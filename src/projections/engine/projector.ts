import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../platform/database.ts';
import type { Catalog } from '../catalog.ts';
import { foldStepPastPoison } from './poison.ts';
import { CheckpointAhead, endLease, type Step } from './step.ts';
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
const MAX_BACK_OFF_MS = 10_000;

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
      const options = { catalog: o.catalog, maxBatch: o.maxBatch ?? MAX_BATCH, holder };
      const step = await foldStepPastPoison(o.database.db, generation, options, o.onError);
      o.onStep?.(generation, step, performance.now() - started);
      if (step.kind === 'folded' && !step.atHead) behind = true;
    }
    return behind;
  };

  const run = async (): Promise<void> => {
    let backOff = 100;
    while (running) {
      const started = performance.now();
      try {
        woken = false;
        const behind = await round();
        backOff = 100;
        if (behind) continue;
        const rest = MIN_INTERVAL_MS - (performance.now() - started);
        if (rest > 0) await sleep(rest);
        if (!woken) await pause(IDLE_POLL_MS);
      } catch (e) {
        o.onError(`projections: ${e instanceof Error ? e.message : String(e)}`);
        // A checkpoint ahead of the log does not mend itself; the others are retried with growing pauses.
        backOff = e instanceof CheckpointAhead ? MAX_BACK_OFF_MS : Math.min(backOff * 2, MAX_BACK_OFF_MS);
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
