import type { AppendedHits } from '../../log/append-hits.ts';
import { VIA, type NewHit } from '../../log/hit.ts';
import { AnticsError, InvalidInput, TooMany, Unavailable, type FieldError } from '../../platform/errors.ts';
import { firstResult } from '../run-command.ts';
import type { AcceptBatch, BatchAnswer, BatchElement, BatchSender, DroppedElement } from './accept-batch.command.ts';
import type { Accepted, IncomingHit } from './accept-hit.command.ts';
import { appendWhole, RETRY_SECONDS, type Appended, type AppendWholeOptions } from './append-whole.ts';
import { chargeSites, findSites, unregisteredHost } from './batch-sites.ts';
import { Draft, type Edge } from './draft.ts';
import type { DropLedger } from './drop-ledger.ts';
import type { DropReason } from './drop-reasons.ts';
import { lane } from './lane.ts';
import type { HitLabel } from './metrics.ts';
import { oldestTime } from './oldest-time.ts';
import { runSteps } from './run-steps.ts';
import type { DirectorySite } from './site-directory.ts';
import { READING, toHit } from './steps.ts';

export interface BatchIntakeOptions extends AppendWholeOptions {
  readonly edge: Edge;
  /** Of each append that was committed. */
  readonly onAppended: (appended: AppendedHits, hits: number, seconds: number) => void;
  readonly countHit: (label: HitLabel) => void;
}

export interface BatchIntake {
  /** @throws what `AcceptBatch` names */
  accept(batch: AcceptBatch): Promise<BatchAnswer>;
  /** Takes no more, and resolves once the others are answered. */
  stop(): Promise<void>;
}

/** How long a batch is tried, its turn included: what was looked up for it must not be older. */
const PATIENCE_MS = 10_000;
/** Each is some megabytes in memory. */
const MAX_WAITING = 50;

/**
 * The way of a batch from the door to the log. Batches go one at a time, so that senders who repeat themselves cannot
 * take the connections that live hits need; between two of them the others' hits are appended.
 */
export function batchIntake(o: BatchIntakeOptions): BatchIntake {
  const { edge } = o;
  const turns = lane(MAX_WAITING);

  const append = async (batch: AcceptBatch, read: ReadBatch, deadline: number): Promise<Appended> => {
    if (performance.now() >= deadline) {
      throw new Unavailable('log_unavailable', 'Too many batches wait. Try again later.', RETRY_SECONDS);
    }
    const started = performance.now();
    const whole = { hits: read.hits, context: batch.context, answer: (gone: readonly number[]) => answerOf(read, gone) };
    const done = await appendWhole(whole, deadline, o);
    if (done.appended !== null) {
      const seconds = (performance.now() - started) / 1_000;
      o.onAppended(done.appended, read.hits.length - done.appended.rejected.length, seconds);
    }
    return done;
  };

  const takeNew = async (batch: AcceptBatch): Promise<BatchAnswer> => {
    const deadline = performance.now() + PATIENCE_MS;
    const sites = await findSites(batch, edge);
    chargeSites(sites, edge.limits);
    const ledger = heldLedger();
    const read = await readBatch(batch, sites, { ...edge, ledger });
    const done = await turns.run(() => append(batch, read, deadline));
    // A twin has noted its own.
    if (done.appended !== null || read.hits.length === 0) ledger.release(edge.ledger);
    return done.answer;
  };

  return {
    async accept(batch) {
      const { actor, idempotency } = batch.context;
      try {
        const first = idempotency === undefined ? undefined : await firstResult(o.db, actor.name, idempotency);
        if (first !== undefined) return inOrder(first as BatchAnswer);
        const answer = inOrder(await takeNew(batch));
        for (const { reason } of answer.dropped) o.countHit(reason);
        for (let i = 0; i < answer.accepted; i += 1) o.countHit('recorded');
        return answer;
      } catch (e) {
        const label = e instanceof AnticsError ? labelOf(e) : 'overloaded';
        if (label !== undefined) for (const _ of batch.elements) o.countHit(label);
        throw e;
      }
    },
    stop: () => turns.close(),
  };
}

/** What the steps made of a batch. */
interface ReadBatch {
  readonly hits: readonly NewHit[];
  /** Of each hit, its place in the batch. */
  readonly indexes: readonly number[];
  /** By place. Those of hits that are logged and do not count among them. */
  readonly dropped: ReadonlyMap<number, DropReason>;
  readonly count: number;
}

async function readBatch(
  { elements, sender }: AcceptBatch,
  sites: readonly (DirectorySite | undefined)[],
  edge: Edge,
): Promise<ReadBatch> {
  const now = edge.clock();
  const oldest = oldestTimes(now);
  const read = async (element: BatchElement, site: DirectorySite | undefined): Promise<Accepted | Draft> => {
    if (site === undefined) return unknownSite(element, edge);
    const draft = new Draft(incomingOf(element, sender, now), now);
    draft.site = site;
    if (draft.at < oldest(site)) return { outcome: 'dropped', reason: 'too_old' };
    return (await runSteps(READING, draft, edge)) ?? draft;
  };
  // All at once, so that what has to be looked up is looked up together.
  const results = await Promise.all(elements.map((element, i) => read(element, sites[i])));

  const [hits, indexes]: [NewHit[], number[]] = [[], []];
  const dropped = new Map<number, DropReason>();
  const errors: FieldError[] = [];
  results.forEach((result, index) => {
    const reason = result instanceof Draft ? result.dropped : result.outcome === 'dropped' ? result.reason : null;
    if (reason !== null) dropped.set(index, reason);
    if (result instanceof Draft) {
      hits.push(toHit(result));
      indexes.push(index);
    } else if (result.outcome === 'invalid') {
      errors.push({ pointer: `${elements[index]?.pointer}${result.pointer}`, detail: result.detail });
    } else if (result.outcome !== 'dropped') throw new Error(`an element of a batch cannot be ${result.outcome}`);
  });
  if (errors.length > 0) throw new InvalidInput('Events of the batch are malformed.', errors);
  return { hits, indexes, dropped, count: elements.length };
}

/** Of its headers a server's say nothing of the visitor but where the element does not. */
function incomingOf({ body, at, ip, userAgent }: BatchElement, sender: BatchSender, now: number): IncomingHit {
  const { 'user-agent': agent, 'x-forwarded-for': forwarded } = sender.headers;
  return {
    body,
    headers: { 'user-agent': agent, 'x-forwarded-for': forwarded },
    peer: sender.peer,
    behalf: {
      via: VIA.batch,
      at: Math.min(at ?? now, now),
      ...(ip !== undefined && { ip }),
      ...(userAgent !== undefined && { userAgent }),
    },
  };
}

function unknownSite(element: BatchElement, edge: Edge): Accepted {
  const host = unregisteredHost(element, edge);
  if (host !== undefined) edge.ledger.refuse(host);
  return { outcome: 'dropped', reason: 'unknown_site' };
}

/** Asked for once a site: it takes the calendar. */
function oldestTimes(now: number): (site: DirectorySite) => number {
  const known = new Map<number, number>();
  return ({ siteId, timezone }) => {
    const oldest = known.get(siteId) ?? oldestTime(now, timezone);
    known.set(siteId, oldest);
    return oldest;
  };
}

function answerOf({ dropped, indexes, count }: ReadBatch, gone: readonly number[]): BatchAnswer {
  const all = new Map(dropped);
  for (const hit of gone) all.set(indexes[hit] ?? -1, 'unknown_site');
  const listed: DroppedElement[] = [...all].map(([index, reason]) => ({ index, reason }));
  return { accepted: count - listed.length, dropped: listed.sort((a, b) => a.index - b.index) };
}

/** One that was kept comes back with its fields in another order: to be the same answer it must be the same text. */
function inOrder({ accepted, dropped }: BatchAnswer): BatchAnswer {
  return { accepted, dropped: dropped.map(({ index, reason }) => ({ index, reason })) };
}

function labelOf(error: AnticsError): HitLabel | undefined {
  if (error instanceof TooMany) return 'limited_site';
  if (error instanceof InvalidInput) return 'invalid';
  return error instanceof Unavailable ? 'overloaded' : undefined;
}

/** Notes what is to be counted, for when the batch is in the log: one that is tried again must not count twice. */
function heldLedger(): DropLedger & { release(to: DropLedger): void } {
  const held: ((to: DropLedger) => void)[] = [];
  return {
    count: (...what) => void held.push((to) => to.count(...what)),
    refuse: (host) => void held.push((to) => to.refuse(host)),
    flush: () => Promise.resolve(),
    release(to) {
      for (const note of held) note(to);
    },
  };
}
