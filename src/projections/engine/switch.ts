import type { Actor } from '../../domain/actor.ts';
import { appendEvent } from '../../log/append-event.ts';
import type { EventOf } from '../../log/events/event.ts';
import type { Db, Tx } from '../../platform/database.ts';
import { OperatorError } from '../../platform/errors.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import type { Catalog } from '../catalog.ts';
import { forgetFacts, forgetView, sweepDropped, type Dropped } from './drop.ts';
import { lockGenerations } from './generation.ts';
import './projections.tables.ts';
import { noteRebuild } from './rebuild-record.ts';

/** Somebody else dropped it. */
export class GenerationGone extends OperatorError {
  constructor(generation: number) {
    super(`generation ${generation} is not there any more: it was discarded, or another switch replaced it`);
  }
}

/** What a switch did. */
export interface Switched {
  /** What serves no more, and is kept; null where nothing did, as of a view that is new. */
  readonly previous: number | null;
  /** What had been kept until now. */
  readonly dropped: readonly Dropped[];
}

/** Who does something to projections, as the log records it. */
export interface OperatorContext {
  readonly actor: Actor;
  /** Default: a new one. */
  readonly commandId?: string;
}

export interface SwitchOptions {
  catalog: Pick<Catalog, 'views'>;
  /** `all`, or a view's. */
  name: string;
  generation: number;
  by: EventOf<'ProjectionSwitched'>['data']['by'];
  reason: string | null;
  /** Rows that differed when it was verified; null: it was not. */
  differences: number | null;
  context: OperatorContext;
}

const COMMANDS = { rebuild: 'RebuildProjection', promote: 'PromoteProjection', rollback: 'RollBackProjection' } as const;

/**
 * Makes a generation what queries read, and says so in the log, in one short transaction; what served is kept as
 * `previous`, and what had been kept is dropped, on record. Null, and nothing is done, where it stands behind what
 * serves: fold it on, and try again.
 * @throws GenerationGone
 */
export async function switchGeneration(db: Db, o: SwitchOptions): Promise<Switched | null> {
  const switched = await db.transaction().execute(async (tx) => {
    const done = o.name === 'all' ? await switchFacts(tx, o.generation) : await switchView(tx, o.name, o.generation);
    if (done !== null && done.previous !== o.generation) await record(tx, o, done);
    return done;
  });
  if (switched !== null) await sweepDropped(db, o.catalog);
  return switched;
}

/**
 * Makes facts, and what follows them, what queries read; what served before is kept as `previous`. Also back: from
 * `previous` to `serving`. Answers null, and does nothing, where they stand behind what serves: figures that were read
 * are not taken back. What had been kept is forgotten; `sweepDropped` drops its tables after the commit.
 */
export async function switchFacts(tx: Tx, generation: number): Promise<Switched | null> {
  await lockGenerations(tx);
  // Under the lock of both checkpoints, so that neither moves meanwhile.
  const stand = await tx
    .selectFrom('projections')
    .select(['generation', 'position', 'state'])
    .where((eb) => eb.or([eb('state', 'in', ['serving', 'previous']), eb('generation', '=', generation)]))
    .orderBy('generation')
    .forUpdate()
    .execute();
  const next = stand.find((row) => row.generation === generation);
  const serving = stand.find((row) => row.state === 'serving');
  if (next === undefined || serving === undefined || next.state === 'building') throw new GenerationGone(generation);
  if (next === serving) return { previous: generation, dropped: [] };
  if (BigInt(serving.position) > BigInt(next.position)) return null;
  const dropped = await forgetAllButServing(tx, serving.generation);
  for (const old of stand.filter((row) => row.state === 'previous' && row !== next)) {
    await forgetFacts(tx, old.generation);
    dropped.push({ name: 'all', generation: old.generation, state: old.state });
  }
  const now = new Date();
  const set = async (of: number, state: 'ready' | 'serving' | 'previous'): Promise<void> => {
    const change = { state, switched_at: now };
    await tx.updateTable('projections').set(change).where('generation', '=', of).execute();
    await tx.updateTable('projection_views').set(change).where('facts', '=', of).execute();
  };
  // There is one of each state at most, at every moment: back from `previous` it is neither on the way.
  await set(generation, 'ready');
  await set(serving.generation, 'previous');
  await set(generation, 'serving');
  return { previous: serving.generation, dropped };
}

/** Views that were built, or kept, upon facts that serve no more: one of each goes on with them. */
async function forgetAllButServing(tx: Tx, facts: number): Promise<Dropped[]> {
  const others = await tx
    .selectFrom('projection_views')
    .select(['generation', 'view', 'state'])
    .where('facts', '=', facts)
    .where('state', '<>', 'serving')
    .orderBy('generation')
    .execute();
  for (const { generation, view } of others) await forgetView(tx, generation, view);
  return others.map(({ generation, view, state }) => ({ name: view, generation, state }));
}

/** The same of one view, whose generations stand upon the facts that serve: their checkpoint is one. */
export async function switchView(tx: Tx, view: string, generation: number): Promise<Switched | null> {
  await lockGenerations(tx);
  const stand = await tx
    .selectFrom('projection_views')
    .innerJoin('projections', 'projections.generation', 'projection_views.facts')
    .select(['projection_views.generation', 'projection_views.state', 'projection_views.facts', 'projections.state as on'])
    .where('view', '=', view)
    .orderBy('projection_views.generation')
    // A fold has them in hand together with the figures that readers are to see.
    .forUpdate()
    .execute();
  const next = stand.find((row) => row.generation === generation);
  const serving = stand.find((row) => row.state === 'serving');
  if (next === undefined || next.state === 'building' || next.on !== 'serving') throw new GenerationGone(generation);
  if (next === serving) return { previous: generation, dropped: [] };
  const dropped: Dropped[] = [];
  // One that stands upon the facts that served before goes back with them: it is theirs, and stays.
  for (const old of stand.filter((row) => row.state === 'previous' && row !== next && row.facts === next.facts)) {
    await forgetView(tx, old.generation, view);
    dropped.push({ name: view, generation: old.generation, state: old.state });
  }
  const now = new Date();
  const set = async (of: number, state: 'ready' | 'serving' | 'previous'): Promise<void> => {
    const one = tx.updateTable('projection_views').where('generation', '=', of).where('view', '=', view);
    await one.set({ state, switched_at: now }).execute();
  };
  await set(generation, 'ready');
  if (serving !== undefined) await set(serving.generation, 'previous');
  await set(generation, 'serving');
  return { previous: serving?.generation ?? null, dropped };
}

/** The last of the transaction, since it takes the log's lock. */
async function record(tx: Tx, o: SwitchOptions, { previous, dropped }: Switched): Promise<void> {
  const { name, generation, by, reason, differences } = o;
  const decided = decidedBy(o.context, COMMANDS[by]);
  for (const one of dropped) await noteRebuild(tx, one.generation, 'discarded');
  if (by !== 'rebuild') await noteRebuild(tx, generation, 'switched');
  await recordDropped(tx, dropped, decided);
  await appendEvent(tx, {
    type: 'ProjectionSwitched',
    schemaVersion: 1,
    data: { name, generation, previous, by, reason, differences, dropped: dropped.map((one) => one.generation) },
    stream: `projection:${name}`,
    expectedVersion: null,
    before: previous === null ? null : { serving: previous },
    after: { serving: generation, ...(reason === null ? {} : { reason }), ...(differences === null ? {} : { differences }) },
    ...decided,
  });
}

/** What the log records beside an event of projections. */
export interface DecidedBy {
  readonly actor: string;
  readonly actorKind: Actor['kind'];
  readonly commandId: string;
  readonly command: string;
}

export function decidedBy({ actor, commandId }: OperatorContext, command: string): DecidedBy {
  return { actor: actor.name, actorKind: actor.kind, commandId: commandId ?? uuid7(Date.now()), command };
}

/** What is gone, each on record. */
export async function recordDropped(tx: Tx, dropped: readonly Dropped[], decided: DecidedBy): Promise<void> {
  for (const { name, generation, state } of dropped) {
    await appendEvent(tx, {
      type: 'ProjectionDiscarded',
      schemaVersion: 1,
      data: { name, generation, state },
      stream: `projection:${name}`,
      expectedVersion: null,
      before: { generation, state },
      after: null,
      ...decided,
    });
  }
}
