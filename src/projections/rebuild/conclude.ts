import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database, Db } from '../../platform/database.ts';
import { messageOf } from '../../platform/errors.ts';
import { compareGenerations } from '../compare/compare.ts';
import type { Comparison } from '../compare/comparison.ts';
import type { Catalog } from '../catalog.ts';
import { endLease } from '../engine/step.ts';
import { foldStepPastPoison } from '../engine/poison.ts';
import { switchGeneration } from '../engine/switch.ts';
import { endRebuild, readRecord, type RebuildRecord } from './record.ts';

export interface ConcludeOptions {
  /** One connection, that folds. */
  folding: Db;
  /** Of the owner, four connections: it compares. */
  owner: Database;
  catalog: Catalog;
  /** Who works on it. */
  holder: string;
  /** There is traffic, before which it yields. */
  gently: boolean;
  onPoison(message: string): void;
}

const MAX_BATCH = 10_000;
/** Nearer than this to the head it is compared: what is left is folded in moments. */
const NEAR = 10_000n;
const BUSY_MS = 100;
/** Whoever verifies says every third of it that it does: others take over from one that was killed, or stopped. */
const TURN_MS = 10_000;

/**
 * Takes what was built a step nearer to its end: folded to the head where no worker does that, compared with what
 * serves, switched to where that is the same.
 */
export async function conclude(rebuildId: number, o: ConcludeOptions): Promise<void> {
  const record = await readRecord(o.owner.db, rebuildId);
  if (record.state !== 'running') return;
  if (record.phase === 'catch-up') await catchUp(record, o);
  else await verify(record, o);
}

/** A fold of somebody who folds all the time goes before ours: where there is one, this finds everything busy. */
async function catchUp(record: RebuildRecord, o: ConcludeOptions): Promise<void> {
  const { generation, facts, rebuildId } = record;
  if (generation === null || facts === null) return;
  if (await hasEnded(record, o)) return;
  const rows = await o.owner.db.selectFrom('projections').select(['generation', 'state']).where('state', '<>', 'building').execute();
  const options = { catalog: o.catalog, maxBatch: MAX_BATCH, holder: o.holder };
  let moved = false;
  for (const row of rows.filter((one) => one.generation === facts || one.state === 'serving')) {
    const step = await foldStepPastPoison(o.folding, row.generation, options, o.onPoison);
    moved ||= step.kind === 'folded' || step.kind === 'filled';
  }
  const { rows: stand } = await sql<{ gap: string }>`
    select greatest(log_head(), s.position) - p.position as gap from projections p, projections s
    where p.generation = ${facts} and s.state = 'serving'`.execute(o.owner.db);
  const gap = BigInt(stand[0]?.gap ?? 0);
  if (gap <= NEAR) {
    await o.owner.db
      .updateTable('projection_rebuilds')
      .set({ phase: 'verify' })
      .where('rebuild_id', '=', rebuildId)
      .where('phase', '=', 'catch-up')
      .execute();
  } else if (!moved) await sleep(BUSY_MS);
}

async function verify(record: RebuildRecord, o: ConcludeOptions): Promise<void> {
  if (!(await takeTurn(record.rebuildId, o))) return void (await sleep(BUSY_MS));
  const timer = setInterval(() => void takeTurn(record.rebuildId, o).catch(() => undefined), TURN_MS / 3);
  try {
    if (await hasEnded(record, o)) return;
    await compareAndSwitch(record, o);
  } catch (e) {
    // What it was about may be gone in the meantime: then it has ended, and that is no failure.
    if (!(await hasEnded(record, o))) throw e;
  } finally {
    clearInterval(timer);
    await giveUpTurn(record.rebuildId, o);
  }
}

async function compareAndSwitch(record: RebuildRecord, o: ConcludeOptions): Promise<void> {
  const { rebuildId, name, generation } = record;
  if (generation === null) return;
  const end = (state: 'switched' | 'different', comparison?: Comparison): Promise<void> =>
    endRebuild(o.owner.db, rebuildId, { state, ...(comparison === undefined ? {} : { comparison }) });
  const failed = await readSuspended(o.owner.db, generation);
  // A view that is new, or suspended, is built to be read: there is nothing to hold it against.
  const comparison = (await canCompare(record, o)) ? await compareGenerations({ ...o, name, generation }) : undefined;
  if (comparison?.equal === false) return end('different', comparison);
  if (comparison === undefined && failed.length > 0) {
    const error = failed.map((row) => `view ${row.view} failed: ${row.error}`).join('; ');
    return endRebuild(o.owner.db, rebuildId, { state: 'different', error });
  }
  const differences = comparison?.differences ?? null;
  const how = { catalog: o.catalog, name, generation, by: 'rebuild' as const, reason: null, differences, context: record.by };
  for (;;) {
    if ((await switchGeneration(o.owner.db, how)) !== null) return end('switched', comparison);
    const folded = await foldStepPastPoison(o.folding, generation, { catalog: o.catalog, maxBatch: MAX_BATCH }, o.onPoison);
    if (folded.kind === 'busy') await sleep(BUSY_MS);
  }
}

async function canCompare({ name }: RebuildRecord, o: ConcludeOptions): Promise<boolean> {
  if (name === 'all') return true;
  const { rows } = await sql`select from projection_views v
    where v.view = ${name} and v.state = 'serving' and not exists (
      select from projection_suspended s where s.generation = v.generation and s.view = v.view)`.execute(o.owner.db);
  return rows.length > 0;
}

async function readSuspended(db: Db, generation: number): Promise<{ view: string; error: string }[]> {
  return await db.selectFrom('projection_suspended').select(['view', 'error']).where('generation', '=', generation).execute();
}

/** Where what it built serves, did, or is gone, somebody has ended it, and only this was left to be said. */
async function hasEnded({ rebuildId, name, generation }: RebuildRecord, o: ConcludeOptions): Promise<boolean> {
  const { db } = o.owner;
  const found =
    name === 'all'
      ? await db.selectFrom('projections').select('state').where('generation', '=', generation).executeTakeFirst()
      : await db
          .selectFrom('projection_views')
          .select('state')
          .where('generation', '=', generation)
          .where('view', '=', name)
          .executeTakeFirst();
  if (found?.state === 'ready' || found?.state === 'building') return false;
  await endRebuild(db, rebuildId, { state: found === undefined ? 'discarded' : 'switched' });
  return true;
}

/** True where it is this participant's turn, from now on for `TURN_MS`. */
async function takeTurn(rebuildId: number, { owner, holder }: ConcludeOptions): Promise<boolean> {
  const { rows } = await sql`update projection_rebuilds
    set verified_by = ${holder}, verified_until = clock_timestamp() + ${TURN_MS} * interval '1 millisecond'
    where rebuild_id = ${rebuildId} and state = 'running'
      and (verified_by = ${holder} or verified_until is null or verified_until < clock_timestamp())
    returning rebuild_id`.execute(owner.db);
  return rows.length > 0;
}

async function giveUpTurn(rebuildId: number, { owner, holder }: ConcludeOptions): Promise<void> {
  await sql`update projection_rebuilds set verified_until = null
    where rebuild_id = ${rebuildId} and verified_by = ${holder}`.execute(owner.db);
}

/** At the end of a participant: workers go on at once with what it folded. */
export async function standDown(db: Db, holder: string, onError: (message: string) => void): Promise<void> {
  await endLease(db, holder).catch((e: unknown) => onError(messageOf(e)));
}
