import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../platform/database.ts';
import { openDatabase } from '../../platform/database.ts';
import { messageOf, OperatorError } from '../../platform/errors.ts';
import { yieldProcessor } from '../../platform/yield-processor.ts';
import { BUILD_SETTINGS } from '../build/build.ts';
import type { Catalog } from '../catalog.ts';
import { forgetFacts, forgetView, sweepDropped } from '../engine/drop.ts';
import { ensureServing, lockGenerations } from '../engine/generation.ts';
import { isOurMistake } from '../engine/poison.ts';
import { PROJECTOR_SETTINGS } from '../engine/projector.ts';
import { advance, isBuilding } from './advance.ts';
import { buildChunk, ChunkFailed, type ChunkOutcome } from './build-chunk.ts';
import { conclude, standDown } from './conclude.ts';
import { getPast, isOfTheData } from './get-past.ts';
import { NotOurRebuild } from './made.ts';
import { endRebuild, readRecord } from './record.ts';
import { readRebuilds, type RebuildProgress } from './rebuilds.read.ts';
import { startRebuild } from './start.ts';
import { watchTraffic, type Traffic } from './traffic.ts';

export interface WorkOptions {
  /** Of the owner. */
  url: string;
  catalog: Catalog;
  /** The operator's own spam referrers, as they are set now. */
  spamHosts: readonly string[];
  /** Chunks that are built at a time where nothing else goes on, in all processes together. Default 2. */
  lanes?: number;
  /** Leaves it to others after the chunk in hand. */
  signal?: AbortSignal;
  /** Some times a second. */
  onProgress?: (progress: RebuildProgress) => void;
  /** A hit was parked, a view suspended, a connection lost. */
  onMessage?: (message: string) => void;
  /** Positions of a chunk of the log. */
  hitsAChunk?: number;
  /** For tests: names the connections, and is called when a chunk is built and not committed. */
  applicationName?: string;
  onBuilt?: () => void | Promise<void>;
}

const TELL_EVERY_MS = 300;
const BUSY_MS = 40;
/** In a row. With the pauses between them they last some ten seconds. */
const MOST_FAILURES = 8;
const LONGEST_BACK_OFF_MS = 3_000;

/**
 * Works on a rebuild, with whoever else does, until it has ended; answers how. All that it knows stands in the database:
 * a participant may die at any moment, and the next goes on from what is there.
 * @throws OperatorError where the database stays away, or another version of Antics began it
 */
export async function workOnRebuild(rebuildId: number, o: WorkOptions): Promise<RebuildProgress> {
  const name = o.applicationName ?? 'antics rebuild';
  const onError = (e: Error): void => o.onMessage?.(`rebuild: ${e.message}`);
  const common = { url: o.url, applicationName: name, statementTimeoutMs: 0, onError };
  const owner = openDatabase({ ...common, max: 5, settings: PROJECTOR_SETTINGS });
  const folding = openDatabase({ ...common, max: 1, settings: PROJECTOR_SETTINGS });
  const lanes = Array.from({ length: o.lanes ?? 2 }, () => openDatabase({ ...common, max: 1, settings: BUILD_SETTINGS }));
  const holder = `rebuild ${randomUUID()}`;
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(o.signal === undefined ? [] : [o.signal])]);
  const telling = tell(owner, rebuildId, o, stop.signal);
  try {
    await ensureServing(owner.db, o.catalog, o.spamHosts);
    const traffic = watchTraffic();
    const work = lanes.map((lane, place) =>
      workInLane({ ...o, rebuildId, owner, folding, lane, place, holder, traffic, signal }).finally(() => {
        // One that has no more to do, or fails, is the end of all.
        stop.abort();
      }),
    );
    await settle(work);
    return await readProgress(owner, rebuildId);
  } finally {
    stop.abort();
    await telling;
    await standDown(owner.db, holder, (message) => o.onMessage?.(message));
    await Promise.all([owner, folding, ...lanes].map((database) => database.close()));
  }
}

/** Waits for all of them; the first failure is thrown then. */
async function settle(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason as Error;
}

async function readProgress(owner: Database, rebuildId: number): Promise<RebuildProgress> {
  const [progress] = await readRebuilds(owner.db, { rebuildId });
  if (progress === undefined) throw new Error(`there is no rebuild ${rebuildId}`);
  return progress;
}

async function tell(owner: Database, rebuildId: number, o: WorkOptions, ended: AbortSignal): Promise<void> {
  if (o.onProgress === undefined) return;
  while (!ended.aborted) {
    try {
      o.onProgress(await readProgress(owner, rebuildId));
    } catch (e) {
      o.onMessage?.(`rebuild: ${messageOf(e)}`);
    }
    await pause(TELL_EVERY_MS, ended);
  }
}

interface Lane extends WorkOptions {
  rebuildId: number;
  owner: Database;
  /** One connection, that folds: a lane has given up its place before others, and would never catch up with the log. */
  folding: Database;
  lane: Database;
  /** The first one does what only one does at a time. */
  place: number;
  holder: string;
  traffic: Traffic;
  signal: AbortSignal;
}

async function workInLane(o: Lane): Promise<void> {
  let failures = 0;
  while (!o.signal.aborted) {
    try {
      const rest = await step(o);
      failures = 0;
      if (rest === null) return;
      if (rest > 0) await pause(rest, o.signal);
    } catch (e) {
      const outcome = await getOver(o, e, ++failures);
      if (outcome === 'ended') return;
      if (outcome === 'again') await pause(Math.min(50 * 2 ** failures, LONGEST_BACK_OFF_MS), o.signal);
    }
  }
}

/** Does what is next; answers how long to rest after it, null where it has ended. */
async function step(o: Lane): Promise<number | null> {
  const { db } = o.owner;
  const { state, phase } = await readRecord(db, o.rebuildId);
  if (state !== 'running') return null;
  if (phase === 'start') {
    if (o.place > 0) return BUSY_MS;
    await startRebuild(db, o.rebuildId, o);
    return 0;
  }
  await o.traffic.look(db);
  const isAlone = o.traffic.isBusy() === false;
  if (!isBuilding(phase)) {
    if (o.place > 0) return BUSY_MS * 5;
    const onPoison = (message: string): void => o.onMessage?.(message);
    const { owner, catalog, holder } = o;
    await conclude(o.rebuildId, { folding: o.folding.db, owner, catalog, holder, gently: !isAlone, onPoison });
    return 0;
  }
  const slots = isAlone ? (o.lanes ?? 2) : 1;
  if (o.place >= slots) return BUSY_MS;
  // Each time, as a connection that was lost is replaced.
  await yieldProcessor(o.lane.db);
  const started = performance.now();
  const outcome = await buildOrGetPast(o, slots);
  if (outcome === 'done') return o.traffic.restAfter(performance.now() - started);
  return (await advance(db, o.catalog, o.rebuildId)) ? 0 : BUSY_MS;
}

async function buildOrGetPast(o: Lane, slots: number): Promise<ChunkOutcome> {
  try {
    return await buildChunk(o.lane.db, o.rebuildId, { ...o, slots });
  } catch (e) {
    if (!(e instanceof ChunkFailed)) throw e;
    if (!isOfTheData(e.cause)) throw e.cause;
    const message = await getPast(o.lane.db, o.catalog, e);
    if (message !== null) o.onMessage?.(message);
    return 'done';
  }
}

/** What a failure means: it has ended meanwhile, it is tried once more; else it is thrown. */
async function getOver(o: Lane, e: unknown, failures: number): Promise<'ended' | 'again'> {
  if (e instanceof NotOurRebuild) throw e;
  const record = await readRecord(o.owner.db, o.rebuildId).catch(() => undefined);
  if (record !== undefined && record.state !== 'running') return 'ended';
  o.onMessage?.(`rebuild: ${messageOf(e)}`);
  // What an operator has to see to, or a statement that is wrong, does not become right by itself.
  const isHopeless = e instanceof OperatorError || (isOurMistake(e) && failures > 2);
  if (!isHopeless && failures < MOST_FAILURES) return 'again';
  if (record !== undefined && (isHopeless || isOfTheData(e))) {
    await fail(o, messageOf(e));
    return 'ended';
  }
  throw e;
}

/** It ends there, and nothing is left of it. */
async function fail(o: Lane, error: string): Promise<void> {
  await o.owner.db.transaction().execute(async (tx) => {
    await lockGenerations(tx);
    const { name, generation, phase } = await readRecord(tx, o.rebuildId, 'update');
    if (generation !== null && (phase === 'start' || isBuilding(phase))) {
      await (name === 'all' ? forgetFacts(tx, generation) : forgetView(tx, generation, name));
    }
    await endRebuild(tx, o.rebuildId, { state: 'failed', error });
  });
  await sweepDropped(o.owner.db, o.catalog);
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await sleep(milliseconds, undefined, { signal }).catch((e: unknown) => {
    if (!signal.aborted) throw e;
  });
}
