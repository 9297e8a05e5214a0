import { sql } from 'kysely';
import { readHead } from '../../log/head.ts';
import type { Db, Tx } from '../../platform/database.ts';
import { OperatorError } from '../../platform/errors.ts';
import { rulesOf, type Catalog } from '../catalog.ts';
import { commitLazily } from '../facts/commit-lazily.ts';
import { forgetExclusions, noteExclusions } from '../facts/exclusions.ts';
import { namesOf } from '../facts/names.ts';
import type { Rules } from '../facts/rules.ts';
import { putAside, putBack, readBuilding } from './building.ts';
import { clearScratch, foldFacts, prepareConnection, type Folded } from './fold.ts';
import { readFollowing, readStrange, type Following } from './following.ts';
import { readLeftOut } from './left-out.ts';
import { addColumns, fillFacts, isComplete, lacksColumns, type FactsState } from './upgrade.ts';
import './projections.tables.ts';

export interface StepOptions {
  catalog: Catalog;
  /** Positions a batch spans at most. */
  maxBatch: number;
  /** Fold no further than this position. */
  target?: bigint;
  /**
   * The process that folds all the time. While it does, others who say who they are find the generation busy; it says so
   * in the checkpoint's row, for `LEASE`. The row's lock is the fence; this only keeps them from taking turns.
   */
  holder?: string;
}

/** How long others stand by after the last step of who folds. */
const LEASE = sql`interval '3 seconds'`;

export type Step =
  /**
   * `position` is where the generation stands now; `atHead` as of the moment the step began. `filled`: instead of folding,
   * some of what its facts lacked was filled in, and there may be more of it.
   */
  | { kind: 'folded' | 'idle' | 'filled'; position: bigint; head: bigint; atHead: boolean }
  /**
   * Another worker has this generation, or it is gone, or still being built; or this code lacks a version of its rules
   * or views, such as `paths v2`, and it is left to processes that have them.
   */
  | { kind: 'busy'; lacks?: readonly string[] };

/** Some hit of the batch cannot be folded into the facts. */
export class FactsFailed extends Error {
  /** Where the generation stood: the batch began at the next position. */
  readonly from: bigint;
  constructor(from: bigint, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.from = from;
  }
}

/** The error of a view's own fold. The facts are good; the view is suspended and rebuilt later. */
export class ViewFailed extends Error {
  /** Of the view. */
  readonly generation: number;
  readonly view: string;
  /** Where its facts stood: the batch began at the next position. */
  readonly from: bigint;
  constructor(generation: number, view: string, from: bigint, cause: unknown) {
    super(`view ${view} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.generation = generation;
    this.view = view;
    this.from = from;
  }
}

/**
 * Folds the next batch of a generation: facts, views and checkpoint in one transaction. The checkpoint row is lease and
 * fence in one: taken FOR UPDATE SKIP LOCKED, moved by compare-and-set. `db` must be one connection (temporary tables).
 */
export async function foldStep(db: Db, generation: number, o: StepOptions): Promise<Step> {
  for (;;) {
    const step = await tryStep(db, generation, o);
    if (step.kind !== 'old') return step;
    await addColumns(db, generation);
  }
}

async function tryStep(db: Db, generation: number, o: StepOptions): Promise<Step | { kind: 'old' }> {
  return await db.transaction().execute(async (tx) => {
    const checkpoint = await tx
      .selectFrom('projections')
      .select(['position', 'rules_version', 'spam_hosts', 'facts_version', 'facts_filled'])
      .select(sql<Date>`clock_timestamp()`.as('now'))
      .where('generation', '=', generation)
      .where('state', '<>', 'building')
      .$if(o.holder !== undefined, (query) =>
        query.where(sql<boolean>`coalesce(leased_by = ${o.holder} or leased_until <= clock_timestamp(), true)`),
      )
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (checkpoint === undefined) return { kind: 'busy' };
    const rules = rulesOf(o.catalog, checkpoint);
    const views = await readFollowing(tx, generation, o.catalog);
    if (rules === undefined || views === null) {
      return { kind: 'busy', lacks: await readStrange(tx, generation, o.catalog, checkpoint) };
    }
    const from = BigInt(checkpoint.position);
    // Everything up to the head is committed and visible: commit order is position order.
    const head = await readHead(tx);
    if (from > head) throw new CheckpointAhead(generation, from, head);
    if (lacksColumns(checkpoint)) return { kind: 'old' };
    if (!isComplete(checkpoint)) {
      await fill(tx, generation, checkpoint, { from, rules, views, catalog: o.catalog });
      return { kind: 'filled', position: from, head, atHead: false };
    }
    await commitLazily(tx);
    const end = o.target !== undefined && o.target < head ? o.target : head;
    const to = end - from > BigInt(o.maxBatch) ? from + BigInt(o.maxBatch) : end;
    if (to > from) await foldRange(tx, generation, { from, to, rules, views, catalog: o.catalog });
    const moved = await tx
      .updateTable('projections')
      .set({
        position: to > from ? to : from,
        ...(checkpoint.facts_filled === null ? {} : { facts_filled: to > from ? to : from }),
        ...(to === head ? { caught_up_at: checkpoint.now } : {}),
        ...(o.holder === undefined ? {} : { leased_by: o.holder, leased_until: sql<Date>`clock_timestamp() + ${LEASE}` }),
      })
      .where('generation', '=', generation)
      .where('position', '=', checkpoint.position)
      .executeTakeFirst();
    if (moved.numUpdatedRows !== 1n) throw new Error(`the checkpoint of generation ${generation} moved under a lock`);
    return { kind: to > from ? 'folded' : 'idle', position: to > from ? to : from, head, atHead: to === head };
  });
}

/**
 * Ends the connection of a process that holds a checkpoint and was stopped while it was being told something: the server
 * waits for it to listen, without an end, and is not idle. Whoever is stopped elsewhere in a transaction, the server cuts
 * off by itself (`idle_in_transaction_session_timeout`). Its transaction is rolled back before anybody else has the row.
 */
export async function endDeafHolder(db: Db, generation: number, deafMs: number): Promise<boolean> {
  const { rows } = await sql`select pg_terminate_backend(a.pid)
    from projections p
      join pg_locks l on l.locktype = 'transactionid' and l.granted and l.transactionid = p.xmax
      join pg_stat_activity a on a.pid = l.pid
    where p.generation = ${generation} and a.usesysid = (select oid from pg_roles where rolname = session_user)
      and a.state = 'active' and a.wait_event = 'ClientWrite'
      and a.query_start < clock_timestamp() - ${deafMs} * interval '1 millisecond'`.execute(db);
  return rows.length > 0;
}

/** Whoever stood by takes over at once. */
export async function endLease(db: Db, holder: string): Promise<void> {
  const none = { leased_by: null, leased_until: null };
  await db.updateTable('projections').set(none).where('leased_by', '=', holder).execute();
}

interface FoldedBy {
  /** Where the facts stand. */
  from: bigint;
  rules: Rules;
  views: readonly Following[];
  catalog: Catalog;
}

/** Fills in some of what the facts lack; visits that are others by it are folded into the views. */
async function fill(tx: Tx, generation: number, state: FactsState, o: FoldedBy): Promise<void> {
  await prepareConnection(tx, o.catalog.views);
  const folded = await fillFacts(tx, generation, state, o.rules);
  if (folded !== null) await foldViews(tx, generation, folded, o);
}

interface FoldedRange extends FoldedBy {
  to: bigint;
}

/**
 * Folds a range, in a transaction that holds the checkpoint's lock: facts, the complete views, and of those that are
 * being built what they have already. It does not move the checkpoint.
 */
export async function foldRange(tx: Tx, generation: number, o: FoldedRange): Promise<void> {
  const { from, to } = o;
  const names = namesOf(generation);
  const parked = await readLeftOut(tx, generation, { from, to });
  await prepareConnection(tx, o.catalog.views);
  // Not within what parks a hit: an event that cannot be folded stops the fold.
  const deleted = await noteExclusions(tx, names, { from, to });
  const range = { from, to, parked };
  const folded = await foldFacts(tx, names, o.rules, range).catch((e: unknown) => {
    throw new FactsFailed(from, e);
  });
  await foldViews(tx, generation, folded, o);
  await forgetExclusions(tx, names, deleted);
}

/** Into the complete views and, of those that are being built, what they have already. */
async function foldViews(tx: Tx, generation: number, { run, move }: Folded, o: FoldedBy): Promise<void> {
  const done = new Set<string>();
  const foldInto = async ({ view, generation: of, names: into }: Following): Promise<void> => {
    try {
      // Another generation of the same version has left its own rows there.
      if (done.has(view.name)) await clearScratch(tx, view);
      done.add(view.name);
      await view.fold(run, into, move);
      await run.flush();
    } catch (e) {
      throw new ViewFailed(of, view.name, o.from, e);
    }
  };
  for (const following of o.views) {
    if (!following.suspended) await foldInto(following);
  }
  for (const building of await readBuilding(tx, generation, o.catalog)) {
    if (building.suspended) continue;
    await putAside(tx, run, building.pending);
    await foldInto(building);
    await putBack(tx, run, building.pending);
  }
}

/** The log is shorter than what was folded: a partial restore. Folding on would give positions a second meaning. */
export class CheckpointAhead extends OperatorError {
  constructor(generation: number, position: bigint, head: bigint) {
    super(
      `projection generation ${generation} stands at position ${position}, but the log ends at ${head}: ` +
        'restore the whole database, or rebuild the projections with `antics projections rebuild all`',
    );
  }
}
