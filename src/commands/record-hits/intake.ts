import { LRUCache } from 'lru-cache';
import type { Registry } from 'prom-client';
import { clientOf } from '../../domain/client.ts';
import { hostOfOrigin } from '../../domain/host.ts';
import type { Cidr } from '../../domain/ip.ts';
import type { AppendedHits } from '../../log/append-hits.ts';
import { ensureHitPartitions } from '../../log/partitions.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { Unavailable } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { RateLimits } from '../../platform/rate-limit.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import { batchIntake } from './accept-batch.ts';
import type { BatchDoor } from './accept-batch.handler.ts';
import type { Accepted, HitDoor, IncomingHit } from './accept-hit.command.ts';
import { agentCache } from './agent-cache.ts';
import type { CountryOf } from './country.ts';
import { Draft, type Edge } from './draft.ts';
import { dropLedger } from './drop-ledger.ts';
import type { CanWriteEvents } from './event-key.ts';
import { hitLimits, waitAtDoor } from './hit-limits.ts';
import { hitQueue, type HitOutcome } from './hit-queue.ts';
import { ingestMetrics, type HitLabel } from './metrics.ts';
import { RecordHits } from './record-hits.command.ts';
import { apart, together } from './several-sites.ts';
import { runSteps } from './run-steps.ts';
import { saltCache } from './salt-cache.ts';
import { siteDirectory } from './site-directory.ts';
import { STEPS, toHit } from './steps.ts';

export interface IntakeOptions {
  /** Of the role `writer`, for what has to be looked up; at least two connections beside the one that appends. */
  db: Db;
  /** Sends the command to its handler. */
  record: (command: RecordHits) => Promise<AppendedHits>;
  trustedProxies: readonly Cidr[];
  countryOf: CountryOf;
  isSpamHost: (host: string) => boolean;
  canWriteEvents: CanWriteEvents;
  /** Default: none. */
  rateLimits?: Pick<RateLimits, 'client' | 'site'>;
  /** Where the API is, for the command that adds a site. Asked when it is needed: a port may not be known before. */
  baseUrl: () => string;
  log: Logger;
  clock?: Clock;
  /** Default: prom-client's own. */
  metrics?: Registry;
  /** After each commit, with the last position given, so that whoever follows the log need not wait for its poll. */
  onAppended?: (lastPosition: bigint) => void;
}

export interface Intake extends HitDoor {
  /** Takes what a server hands on. @throws what `AcceptBatch` names */
  readonly acceptBatch: BatchDoor;
  /** Loads the sites. Rejects when the database is away. */
  start(): Promise<void>;
  /** Takes no more hits (503), answers those that wait and writes the counts. Can be called twice. */
  stop(): Promise<void>;
  /** A peer that is not trusted sent X-Forwarded-For: most likely a proxy missing in ANTICS_TRUSTED_PROXIES. */
  readonly forwardedByUntrusted: boolean;
}

const FLUSH_MS = 1_000;
const RETRY_FULL_SECONDS = 1;

/** The way of a hit from the door to the log. */
export function createIntake(o: IntakeOptions): Intake {
  const { db, log, clock = systemClock } = o;
  let forwarded = false;
  const limits = hitLimits(o.rateLimits ?? { client: null, site: null });
  const isLimited = (o.rateLimits?.client ?? null) !== null;
  const ledger = dropLedger({ db, clock, log, baseUrl: o.baseUrl });
  const metrics = ingestMetrics({ depth: () => queue.depth(), forwarded: () => forwarded }, o.metrics);
  const appending = {
    ensurePartitions: () => ensureHitPartitions(db),
    newBatchId: () => uuid7(clock()),
    onAppended(appended: AppendedHits, hits: number, seconds: number): void {
      metrics.observeAppend(hits, seconds);
      if (appended.lastPosition !== null) o.onAppended?.(appended.lastPosition);
    },
    log,
  };
  const queue = hitQueue({ record: (batchId, hits) => o.record(new RecordHits(batchId, hits)), ...appending });
  const sites = siteDirectory(db, log);
  const salts = saltCache(db, clock);
  const edge: Edge = {
    sites,
    salts,
    ledger,
    limits,
    clock,
    agentOf: agentCache(db),
    countryOf: o.countryOf,
    isSpamHost: o.isSpamHost,
    canWriteEvents: o.canWriteEvents,
    trustedProxies: o.trustedProxies,
    hostOf: cachedHosts(),
    noteForwarded() {
      if (forwarded) return;
      forwarded = true;
      log.warn(
        'X-Forwarded-For comes from an address that is not trusted, and is ignored: if that is your proxy, all ' +
          'visitors look like one. Set ANTICS_TRUSTED_PROXIES to its address.',
      );
    },
  };
  const batches = batchIntake({ db, edge, countHit: metrics.countHit, ...appending });
  let timer: NodeJS.Timeout | undefined;
  let stopping: Promise<void> | undefined;

  const stop = async (): Promise<void> => {
    await Promise.all([queue.drain(), batches.stop()]);
    clearInterval(timer);
    sites.stop();
    await ledger.flush();
  };

  const takeAll = async (incoming: IncomingHit): Promise<Accepted> => {
    const { sites } = incoming.body;
    const now = clock();
    if (sites === null || sites.length < 2) return take(new Draft(incoming, now), edge, queue.add);
    const taken = new Set<number>();
    const each = apart(incoming).map((one) => take(new Draft(one, now, taken), edge, queue.add));
    return together(await Promise.all(each));
  };

  return {
    async accept(incoming) {
      const accepted = await takeAll(incoming);
      metrics.countHit(labelOf(accepted));
      if (isLimited && showsWrongKey(incoming, accepted)) {
        const client = clientOf(incoming.headers, incoming.peer, o.trustedProxies);
        if (client !== null) limits.wrongKey.take(client);
      }
      return accepted;
    },
    acceptBatch: batches.accept,
    admit({ headers, peer }) {
      if (!isLimited) return 0;
      const seconds = waitAtDoor(limits, headers, clientOf(headers, peer, o.trustedProxies));
      if (seconds > 0) metrics.countHit('limited_client');
      return seconds;
    },
    noteMalformed: () => metrics.countHit('malformed'),
    async start() {
      await sites.start();
      timer = setInterval(() => {
        salts.purge();
        void ledger.flush();
      }, FLUSH_MS);
    },
    stop: () => (stopping ??= stop()),
    get forwardedByUntrusted() {
      return forwarded;
    },
  };
}

async function take(draft: Draft, edge: Edge, add: (hit: ReturnType<typeof toHit>) => Promise<HitOutcome>) {
  try {
    const answer = await runSteps(STEPS, draft, edge);
    if (answer !== undefined) return answer;
  } catch (e) {
    if (e instanceof Unavailable) return { outcome: 'overloaded', retryAfterSeconds: e.retryAfterSeconds } as const;
    throw e;
  }
  return answerTo(await add(toHit(draft)), draft);
}

function labelOf(accepted: Accepted): HitLabel {
  if (accepted.outcome === 'dropped') return accepted.reason;
  return accepted.outcome === 'limited' ? `limited_${accepted.by}` : accepted.outcome;
}

/** It was let in to show a key, and has shown none, or came from nowhere known, where no key can be good. */
function showsWrongKey({ headers }: IncomingHit, accepted: Accepted): boolean {
  if (headers['authorization'] === undefined) return false;
  return accepted.outcome === 'no_key' || (accepted.outcome === 'dropped' && accepted.reason === 'unknown_site');
}

const RECORDED: Accepted = { outcome: 'recorded' };

function answerTo(outcome: HitOutcome, draft: Draft): Accepted {
  switch (outcome) {
    case 'recorded':
      return draft.dropped === null ? RECORDED : { outcome: 'dropped', reason: draft.dropped };
    case 'site_gone':
      return { outcome: 'dropped', reason: 'unknown_site' };
    case 'refused':
      return { outcome: 'invalid', pointer: '', detail: 'holds a value that cannot be stored' };
    case 'overloaded':
      return { outcome: 'overloaded', retryAfterSeconds: RETRY_FULL_SECONDS };
  }
}

/** Origins repeat; taking one apart costs as much as parsing the body. */
function cachedHosts(): (origin: string) => string | null {
  const known = new LRUCache<string, { host: string | null }>({ max: 5_000 });
  return (origin) => {
    const cached = known.get(origin);
    if (cached !== undefined) return cached.host;
    const host = hostOfOrigin(origin);
    if (origin.length <= 300) known.set(origin, { host });
    return host;
  };
}
