import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/database.ts';
import { OperatorError } from '../../platform/errors.ts';
import { readHead } from '../../log/head.ts';
import { HITS_A_RANGE, planDays, startFacts } from '../build/build.ts';
import { readFrozen, refuseLoss } from '../build/kept.ts';
import { newestViews, type Catalog } from '../catalog.ts';
import { completeFacts } from '../engine/catch-up.ts';
import { forgetFacts, forgetView, sweepDropped, type Dropped } from '../engine/drop.ts';
import { noteRebuild } from '../engine/rebuild-record.ts';
import { createGeneration, createViewGeneration, lockGenerations } from '../engine/generation.ts';
import { readServing, type Serving } from '../engine/status.read.ts';
import { decidedBy, recordDropped } from '../engine/switch.ts';
import { FactsIncomplete, requireComplete } from '../engine/upgrade.ts';
import { namesOf, namesWith } from '../facts/names.ts';
import type { View } from '../views/view.ts';
import { enterChunks, logChunks, type NewChunk } from './chunks.ts';
import { lockFacts } from './lock-facts.ts';
import { readRecord, type RebuildRecord } from './record.ts';
import type { Phase } from './rebuild.tables.ts';

export interface StartOptions {
  catalog: Catalog;
  /** The operator's own spam referrers, as they are set now. */
  spamHosts: readonly string[];
  /** Positions of a chunk of the log. */
  hitsAChunk?: number;
}

/** A worker holds the checkpoint for the length of a batch. */
export const PATIENCE = sql.lit('60s');

/** Makes the tables of what a rebuild builds, and says in which chunks, unless somebody else was faster. */
export async function startRebuild(db: Db, rebuildId: number, o: StartOptions): Promise<void> {
  try {
    await start(db, rebuildId, o);
  } catch (e) {
    if (!(e instanceof FactsIncomplete)) throw e;
    await completeFacts(db, o.catalog, e.generation);
    await start(db, rebuildId, o);
  }
  await sweepDropped(db, o.catalog);
}

async function start(db: Db, rebuildId: number, o: StartOptions): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`set local lock_timeout = ${PATIENCE}`.execute(tx);
    await lockGenerations(tx);
    const record = await readRecord(tx, rebuildId, 'update');
    if (record.state !== 'running' || record.phase !== 'start') return;
    const serving = await readServing(tx);
    if (serving === null) throw new OperatorError('nothing serves yet: start the server once, which makes the first tables');
    const dropped = await clearAway(tx, record.name);
    await (record.name === 'all' ? startWhole(tx, record, serving, o) : startView(tx, record, serving, o));
    // Last, since it takes the log's lock.
    await recordDropped(tx, dropped, decidedBy(record.by, 'RebuildProjection'));
  });
}

/** What an earlier rebuild of the name has left. What had been built to its end goes on record. */
async function clearAway(tx: Tx, name: string): Promise<Dropped[]> {
  const left =
    name === 'all'
      ? await tx.selectFrom('projections').select(['generation', 'state']).where('state', 'in', ['building', 'ready']).execute()
      : await tx
          .selectFrom('projection_views')
          .select(['generation', 'state'])
          .where('view', '=', name)
          .where('state', 'in', ['building', 'ready'])
          .whereRef('generation', '<>', 'facts')
          .execute();
  for (const { generation } of left) {
    await (name === 'all' ? forgetFacts(tx, generation) : forgetView(tx, generation, name));
    await noteRebuild(tx, generation, 'discarded');
  }
  return left.filter(({ state }) => state === 'ready').map(({ generation, state }) => ({ name, generation, state }));
}

async function startWhole(tx: Tx, record: RebuildRecord, serving: Serving, o: StartOptions): Promise<void> {
  const copies = record.siteId !== null || (await readFrozen(tx)).length > 0;
  if (copies) await requireComplete(tx, serving.generation);
  if (copies) refuseLoss([{ siteId: 0, day: null }], newestViews(o.catalog), serving);
  const generation = await createGeneration(tx, o.catalog, { state: 'building', spamHosts: o.spamHosts });
  const made = { generation, facts: generation };
  if (copies) {
    // The snapshot in which it is copied says up to where the rest is built.
    const chunks: NewChunk[] = [{ phase: 'copy', hits: 0 }, { phase: 'index', hits: 0 }, { phase: 'last', hits: 0 }];
    await enterChunks(tx, record.rebuildId, chunks);
    await setStarted(tx, record.rebuildId, { ...made, phase: 'copy', target: null });
    return;
  }
  const target = await readHead(tx);
  await startFacts(tx, namesOf(generation), target);
  const log = logChunks(await firstPosition(tx), target, o.hitsAChunk ?? HITS_A_RANGE);
  await enterChunks(tx, record.rebuildId, [...log, { phase: 'index', hits: 0 }, { phase: 'last', hits: 0 }]);
  await setStarted(tx, record.rebuildId, { ...made, phase: 'log', target });
}

/** Retention has dropped what is before. */
export async function firstPosition(tx: Tx): Promise<bigint> {
  const { rows } = await sql<{ since: string }>`select log_replayable_since() as since`.execute(tx);
  return BigInt(rows[0]?.since ?? 1);
}

/** A view alone, upon the facts that serve. Until a chunk is done, the fold passes over what is of its days. */
async function startView(tx: Tx, record: RebuildRecord, serving: Serving, o: StartOptions): Promise<void> {
  const view = newestViews(o.catalog).find(({ name }) => name === record.name);
  if (view === undefined) throw new OperatorError(`this Antics has no view ${record.name}`);
  const facts = serving.generation;
  const generation = await createViewGeneration(tx, view, facts);
  const position = await lockFacts(tx, facts);
  await requireComplete(tx, facts);
  const names = namesWith(facts, new Map(view.tables.map((table) => [table, generation])));
  const copied = record.siteId === null ? [] : await othersOf(tx, record.siteId, view, serving);
  const pieces = view.build === undefined ? await planDays(tx, names, record.siteId ?? undefined, { keepFrontier: true }) : [];
  const chunks: NewChunk[] = [
    ...copied,
    ...pieces.map((piece): NewChunk => ({ phase: 'days', ...piece })),
    ...(view.build === undefined ? [] : [{ phase: 'last', hits: 0 } as const]),
  ];
  await enterChunks(tx, record.rebuildId, chunks);
  await setStarted(tx, record.rebuildId, { generation, facts, phase: 'days', target: position });
}

/** All other sites, which are taken over from the view that serves. */
async function othersOf(tx: Tx, siteId: number, view: View, serving: Serving): Promise<NewChunk[]> {
  if (view.build !== undefined) return [];
  if (serving.versions[view.name] !== view.version || serving.suspended.includes(view.name)) {
    throw new OperatorError(
      `other sites cannot be taken over from the ${view.name} that serves, which is ` +
        `${serving.suspended.includes(view.name) ? 'suspended' : 'of another version'}: rebuild it without --site`,
    );
  }
  const { rows } = await sql<{ site_id: number }>`
    select site_id from ${serving.names('frontier')} where site_id <> ${siteId} order by 1`.execute(tx);
  return rows.map(({ site_id }) => ({
    ...{ phase: 'days' as const, siteId: site_id, month: '2000-01-01', copied: true, hits: 0 },
    ...{ fromDay: '-infinity', toDay: 'infinity' },
  }));
}

interface Started {
  generation: number;
  facts: number;
  phase: Phase;
  target: bigint | null;
}

export async function setStarted(tx: Tx, rebuildId: number, { generation, facts, phase, target }: Started): Promise<void> {
  const { rows } = await sql<{ total: string }>`
    select coalesce(sum(hits), 0) as total from projection_chunks
    where rebuild_id = ${rebuildId} and phase in ('log', 'days')`.execute(tx);
  await tx
    .updateTable('projection_rebuilds')
    .set({ generation, facts, phase, target, total: rows[0]?.total ?? '0', started_at: sql<Date>`clock_timestamp()` })
    .where('rebuild_id', '=', rebuildId)
    .execute();
}
