import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/database.ts';
import { buildDays, buildHits, buildLast, finishFacts, indexHits, planDays, prepareHits } from '../build/build.ts';
import { rollUpCopied } from '../build/copy.ts';
import { readFrozen } from '../build/kept.ts';
import type { DayPiece, HitRange } from '../build/pieces.ts';
import type { Catalog } from '../catalog.ts';
import { prepareConnection } from '../engine/fold.ts';
import { addColumns } from '../engine/upgrade.ts';
import { readLeftOut } from '../engine/left-out.ts';
import { namesOf, namesWith } from '../facts/names.ts';
import type { View } from '../views/view.ts';
import { enterChunks, markDone, takeChunk, type Chunk, type NewChunk } from './chunks.ts';
import { copyKept } from './copy-kept.ts';
import { lockFacts } from './lock-facts.ts';
import { readMade, type Made } from './made.ts';
import { readRecord, type RebuildRecord } from './record.ts';
import { takeSlot } from './slots.ts';
import { PATIENCE } from './start.ts';

export interface ChunkOptions {
  catalog: Catalog;
  /** Chunks that are built at a time, in all processes together. */
  slots: number;
  /** Positions of a chunk of the log. */
  hitsAChunk?: number;
  /** Rows that were written and may not stand yet: for tests, which cut it off there. */
  onBuilt?: () => void | Promise<void>;
}

/** `busy`: others have all slots, or all chunks that are left. `gone`: it has ended, or what it builds is not there. */
export type ChunkOutcome = 'done' | 'busy' | 'gone';

/** A chunk could not be built. */
export class ChunkFailed extends Error {
  readonly made: Made;
  readonly record: RebuildRecord;
  readonly chunk: Chunk;
  constructor(made: Made, record: RebuildRecord, chunk: Chunk, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.made = made;
    this.record = record;
    this.chunk = chunk;
  }
}

/**
 * Takes a chunk of the phase that a rebuild is in, builds it and marks it as done, in one transaction: cut off anywhere,
 * it is as if nobody had taken it.
 * @param db one connection, of a builder (`BUILD_SETTINGS`)
 * @throws ChunkFailed where the data, or a view, may be what is wrong
 */
export async function buildChunk(db: Db, rebuildId: number, o: ChunkOptions): Promise<ChunkOutcome> {
  let prepared: number | undefined;
  const before = await readRecord(db, rebuildId);
  // Begun by a process of an older version.
  if (before.facts !== null) await addColumns(db, before.facts);
  if (before.phase === 'log') {
    // What hits are interpreted as is committed before the hits, so that others need not wait for it as long.
    const outcome = await inChunk(db, rebuildId, o, async (tx, made, record, chunk) => {
      prepared = chunk.chunk;
      await prepareHits(tx, made.names, made.rules, await rangeOf(tx, made, record, chunk));
      return false;
    });
    if (prepared === undefined) return outcome;
  }
  return await inChunk(db, rebuildId, { ...o, ...(prepared === undefined ? {} : { only: prepared }) }, async (tx, made, record, chunk) => {
    await build(tx, made, record, chunk, o);
    await o.onBuilt?.();
    return true;
  });
}

type Work = (tx: Tx, made: Made, record: RebuildRecord, chunk: Chunk) => Promise<boolean>;

async function inChunk(db: Db, rebuildId: number, o: ChunkOptions & { only?: number }, work: Work): Promise<ChunkOutcome> {
  // Only a copy needs to see one moment in all of its statements; the others must see what was committed before them.
  const { phase } = await readRecord(db, rebuildId);
  const isolation = phase === 'copy' ? 'repeatable read' : 'read committed';
  return await db
    .transaction()
    .setIsolationLevel(isolation)
    .execute(async (tx) => {
      await sql`set local lock_timeout = ${PATIENCE}`.execute(tx);
      const record = await readRecord(tx, rebuildId, 'share');
      if (record.state !== 'running') return 'gone';
      if (record.phase !== phase) return 'busy';
      if (!(await takeSlot(tx, o.slots))) return 'busy';
      const chunk = await takeChunk(tx, rebuildId, phase, o.only);
      if (chunk === undefined) return 'busy';
      const made = await readMade(tx, o.catalog, record);
      if (made === null) return 'gone';
      await prepareConnection(tx, o.catalog.views);
      try {
        if (await work(tx, made, record, chunk)) await markDone(tx, rebuildId, phase, chunk.chunk);
      } catch (e) {
        throw new ChunkFailed(made, record, chunk, e);
      }
      return 'done';
    });
}

async function build(tx: Tx, made: Made, record: RebuildRecord, chunk: Chunk, o: ChunkOptions): Promise<void> {
  switch (record.phase) {
    case 'copy':
      return copyKept(tx, made, record, o);
    case 'log':
      await buildHits(tx, made.names, made.rules, await rangeOf(tx, made, record, chunk));
      return;
    case 'index':
      return indexAndPlan(tx, made, record, o.slots - 1);
    case 'days':
      return made.whole
        ? buildDays(tx, made.names, made.rules, made.views, chunk.piece, { writeVisits: true })
        : buildDaysOfView(tx, made, chunk);
    case 'last':
      return buildTheLast(tx, made, record);
    default:
      throw new Error(`phase ${record.phase} has no chunks`);
  }
}

/** What of a range of the log is read: not what is parked, discarded, of another site, or copied. */
export async function rangeOf(
  tx: Tx,
  { generation }: Made,
  { siteId }: RebuildRecord,
  { from, to }: { from: bigint; to: bigint },
): Promise<HitRange> {
  const parked = await readLeftOut(tx, generation, { from, to });
  const frozen = await readFrozen(tx);
  return { from, to, parked, ...(siteId === null ? {} : { siteId }), ...(frozen.length === 0 ? {} : { frozen }) };
}

/** @param workers nothing else is built meanwhile, so that the other slots are free */
async function indexAndPlan(tx: Tx, made: Made, { rebuildId, siteId }: RebuildRecord, workers: number): Promise<void> {
  await indexHits(tx, made.names, { workers });
  const pieces = await planDays(tx, made.names, siteId ?? undefined);
  const frozen = await readFrozen(tx);
  await rollUpCopied(tx, made.generation, made.allViews, siteId === null ? frozen : frozen.filter((f) => f.siteId === siteId));
  const chunks = pieces.flatMap((piece) => afterFrozen(piece, frozen)).map((piece): NewChunk => ({ phase: 'days', ...piece }));
  await enterChunks(tx, rebuildId, chunks);
}

/** What of a piece is to be built: of frozen days everything is copied. */
export function afterFrozen(piece: DayPiece, frozen: readonly { siteId: number; day: string }[]): DayPiece[] {
  const day = frozen.find((f) => f.siteId === piece.siteId)?.day;
  if (day === undefined || day < piece.fromDay) return [piece];
  if (day >= piece.toDay) return [];
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return [{ ...piece, fromDay: next, month: `${next.slice(0, 8)}01` }];
}

async function buildDaysOfView(tx: Tx, made: Made, { piece, copied }: Chunk): Promise<void> {
  await lockFacts(tx, made.facts);
  if (!copied) return buildDays(tx, made.names, made.rules, made.views, piece, { writeVisits: false });
  for (const view of made.views) await copyView(tx, made, view, piece.siteId);
}

async function copyView(tx: Tx, made: Made, view: View, siteId: number): Promise<void> {
  const serving = await tx
    .selectFrom('projection_views')
    .select('generation')
    .where('view', '=', view.name)
    .where('facts', '=', made.facts)
    .where('state', '=', 'serving')
    .executeTakeFirstOrThrow();
  const from = namesWith(made.facts, new Map(view.tables.map((table) => [table, serving.generation])));
  for (const table of view.tables) {
    await sql`insert into ${namesOf(made.generation)(table)} select * from ${from(table)} where site_id = ${siteId}`.execute(tx);
  }
}

async function buildTheLast(tx: Tx, made: Made, { target }: RebuildRecord): Promise<void> {
  if (!made.whole) {
    const position = await lockFacts(tx, made.facts);
    return buildLast(tx, made.names, made.views, position);
  }
  if (target === null) throw new Error('a rebuild without a target');
  await buildLast(tx, made.names, made.views, target);
  await finishFacts(tx, made.names, target);
  for (const table of made.allViews.flatMap((view) => view.tables)) await sql`analyze ${made.names(table)}`.execute(tx);
}
