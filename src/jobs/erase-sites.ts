import { eraseSite } from '../commands/erase-site/erase-site.ts';
import { forgetSite } from '../commands/erase-site/forget-site.ts';
import {
  blankHits,
  lockErasure,
  noteDeletions,
  readErasures,
  retireAgents,
  skipSearch,
  spareAgents,
  type Erasure,
} from '../log/erasure.ts';
import { readHead } from '../log/head.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import { eraseFromProjections, forgetAgents, forgetErrors } from '../projections/engine/erase.ts';

export interface EraseSitesOptions {
  readonly owner: Db;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info'>;
  /** Default `REST_MS`. */
  readonly restMs?: number;
  /** Positions a transaction looks at. Default 20,000. */
  readonly chunk?: number;
  /** After each transaction. Aborts there when it throws. */
  readonly onChunk?: () => void;
}

/**
 * For this long a process may use what it knew of a site or a user agent when that was retired: 5 s in its cache, 10 s
 * in a batch whose append is tried again, and some to spare. What comes later still is logged as "not recorded".
 */
export const REST_MS = 20_000;

/**
 * Erases every site whose deletion is on record, as far as that goes now. Each step is a short transaction that says in
 * `erasures` how far it is: cut off anywhere, the next run goes on from there, and two at once do no harm. Answers when
 * to come again for a site that has to rest; null when none is left.
 */
export async function eraseSites(o: EraseSitesOptions, signal?: AbortSignal): Promise<Date | null> {
  await o.owner.transaction().execute(noteDeletions);
  const erasures = await readErasures(o.owner);
  for (const erasure of erasures) if (erasure.restUntil === null) await empty(o, erasure, signal);
  for (const erasure of await readErasures(o.owner)) if (erasure.hasRested) await finish(o, erasure.siteId, signal);
  // Not within the end of an erasure, which holds the log's lock: a fold may have such a row in hand.
  await forgetAgents(o.owner);
  const left = await readErasures(o.owner);
  return left.map(({ restUntil }) => restUntil ?? new Date(o.clock())).sort((a, b) => +a - +b)[0] ?? null;
}

/** Removes everything but what other processes may still remember. */
async function empty(o: EraseSitesOptions, erasure: Erasure, signal?: AbortSignal): Promise<void> {
  const { siteId, position } = erasure;
  const onChunk = chunkEnds(o, signal);
  await o.owner.transaction().execute(async (tx) => {
    if (await isToBeEmptied(tx, siteId)) await forgetSite(tx, erasure);
  });
  await inSteps(o, siteId, onChunk, async (now) => {
    if (now.upto >= position) return false;
    const to = least(now.upto + chunkOf(o), position);
    await o.owner.transaction().execute((tx) => blankHits(tx, now, to));
    return true;
  });
  await eraseFromProjections({ db: o.owner, siteId, onChunk });
  await forgetErrors(o.owner);
  await search(o, siteId, onChunk);
  await o.owner.transaction().execute(async (tx) => {
    if (await isToBeEmptied(tx, siteId)) await retireAgents(tx, siteId, o.restMs ?? REST_MS);
  });
}

/** False where another process has done that meanwhile. */
async function isToBeEmptied(tx: Tx, siteId: number): Promise<boolean> {
  const erasure = await lockErasure(tx, siteId);
  return erasure !== undefined && erasure.restUntil === null;
}

/** Searches the log, as far as it goes now, for other hits of the site's user agents. */
async function search(o: EraseSitesOptions, siteId: number, onChunk: () => void): Promise<void> {
  const head = await readHead(o.owner);
  await inSteps(o, siteId, onChunk, async (now) => {
    if (now.scanned >= head || (await skipSearch(o.owner, siteId, head))) return false;
    const to = least(now.scanned + chunkOf(o), head);
    await o.owner.transaction().execute((tx) => spareAgents(tx, now, to));
    return true;
  });
}

async function finish(o: EraseSitesOptions, siteId: number, signal?: AbortSignal): Promise<void> {
  // Most of the search again, as the last of it is made under the log's lock.
  await search(o, siteId, chunkEnds(o, signal));
  await o.owner.transaction().execute(async (tx) => {
    const erasure = await lockErasure(tx, siteId);
    if (erasure === undefined) return; // another process was faster
    await forgetErrors(tx);
    await eraseSite(tx, erasure, o.clock());
    o.log.info({ site_id: siteId, hits: erasure.hits }, 'a deleted site is erased');
  });
}

/** Repeats a step, each time with what the one before left, until it says that there is no more to do. */
async function inSteps(
  o: EraseSitesOptions,
  siteId: number,
  onChunk: () => void,
  step: (now: Erasure) => Promise<boolean>,
): Promise<void> {
  for (;;) {
    const now = (await readErasures(o.owner)).find((erasure) => erasure.siteId === siteId);
    if (now === undefined || !(await step(now))) return;
    onChunk();
  }
}

function chunkEnds(o: EraseSitesOptions, signal: AbortSignal | undefined): () => void {
  return () => {
    o.onChunk?.();
    signal?.throwIfAborted();
  };
}

const chunkOf = (o: EraseSitesOptions): bigint => BigInt(o.chunk ?? 20_000);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
