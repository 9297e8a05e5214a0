import type { Db, Tx } from '../../platform/database.ts';
import { linkProblems, readSegments, strayProblems } from './chain.ts';
import { checkEvents } from './check-events.ts';
import { checkHits, type CheckedHits } from './check-hits.ts';
import { readKnownSites, readOnRecord, type OnRecord } from './known.ts';
import { readSealedHead, readUnsealed } from './seal.ts';
import type { ErasedRows, PinnedHead, Problem, RawProblem, Segment, Verification } from './verification.ts';

export interface VerifyOptions {
  /** Role `owner`: the keys of digests are nobody else's. */
  readonly db: Db;
  /** A hash that was kept elsewhere: 64 hexadecimal digits. */
  readonly head?: string;
  /** Up to which position of those that are sealed it is checked. */
  readonly onProgress?: (position: number, sealed: number) => void;
  /** Positions a transaction looks at, or one segment where that has more. Default 50,000. */
  readonly chunk?: number;
  /** Transactions at once, each with a connection. Default 2. */
  readonly concurrency?: number;
}

const SEGMENTS_AT_ONCE = 500;

/**
 * Hashes all that is sealed again and compares, beside a running server: in short transactions, each of which sees one
 * state of rows, keys and what is on record. What is appended or sealed meanwhile is left for the next time.
 */
export async function verifyLog(o: VerifyOptions): Promise<Verification> {
  const end = await readSealedHead(o.db);
  const tally = newTally();
  const running: Promise<Part>[] = [];
  const next = async (): Promise<void> => {
    const part = await running.shift();
    if (part === undefined) return;
    add(tally, part, o.head);
    o.onProgress?.(part.segments.at(-1)?.last ?? 0, end?.position ?? 0);
  };
  let before: Segment | undefined;
  for (;;) {
    const read = await readSegments(o.db, before?.segment ?? null, end?.segment ?? 0, SEGMENTS_AT_ONCE);
    const segments = takePositions(read, o.chunk ?? 50_000);
    if (segments.length === 0) break;
    const links = segments.flatMap((segment, i) => linkProblems(segment, i === 0 ? before : segments[i - 1]));
    before = segments.at(-1);
    if (running.length === (o.concurrency ?? 2)) await next();
    const part = checkPart(o.db, segments, links);
    part.catch(() => undefined); // thrown again where it is waited for
    running.push(part);
  }
  while (running.length > 0) await next();
  tally.problems.push(...(await strayProblems(o.db, end?.segment ?? 0)));
  const head = o.head === undefined ? null : pinned(o.head, tally.pinned);
  if (head?.found === false) tally.problems.push(headProblem(tally.segments, end?.position ?? 0));
  const known = await readOnRecord(o.db);
  const { segments, hits, events } = tally;
  return {
    intact: tally.problems.length === 0,
    ...{ segments, segment: end?.segment ?? 0, position: end?.position ?? 0, hash: end?.hash ?? null },
    ...{ hits, events, head },
    ...(await named(o.db, tally, known)),
    trimmed: known.trimmed && { ...known.trimmed, ...tally.trimmed },
    replayable_since: Math.max(1, known.trimmed?.before ?? 1),
    unsealed: await readUnsealed(o.db),
  };
}

interface Part {
  readonly segments: readonly Segment[];
  readonly problems: RawProblem[];
  readonly checked: CheckedHits;
}

/** What differs is looked at twice: a partition that retention detaches is gone for every snapshot, also for older ones. */
async function checkPart(db: Db, segments: readonly Segment[], links: readonly RawProblem[]): Promise<Part> {
  // A record that was changed says nothing about its rows, and might name all of the log as its own.
  const sound = segments.filter((segment) => segment.isAsHashed);
  const look = () =>
    db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (tx) => {
        const checked = await checkHits(tx, sound, await readOnRecord(tx));
        return { checked, problems: [...checked.problems, ...(await checkEvents(tx, sound))] };
      });
  let { checked, problems } = await look();
  if (problems.length > 0) ({ checked, problems } = await look());
  return { segments, problems: [...links, ...problems].sort(bySegment), checked };
}

/** As many as have so many positions together, but one at least. */
function takePositions(segments: readonly Segment[], chunk: number): Segment[] {
  let positions = 0;
  return segments.filter((segment, i) => {
    positions += Math.max(0, segment.last - segment.first + 1);
    return i === 0 || positions <= chunk;
  });
}

interface Tally {
  segments: number;
  hits: number;
  events: number;
  readonly problems: RawProblem[];
  readonly erased: Map<number, number>;
  readonly trimmed: { segments: number; hits: number };
  pinned: Segment | undefined;
}

function newTally(): Tally {
  const trimmed = { segments: 0, hits: 0 };
  return { segments: 0, hits: 0, events: 0, problems: [], erased: new Map(), trimmed, pinned: undefined };
}

function add(tally: Tally, { segments, problems, checked }: Part, head: string | undefined): void {
  tally.segments += segments.length;
  tally.hits += checked.hits;
  for (const { events, isAsHashed } of segments) if (isAsHashed) tally.events += events;
  tally.problems.push(...problems);
  for (const [siteId, rows] of checked.erased) tally.erased.set(siteId, (tally.erased.get(siteId) ?? 0) + rows);
  tally.trimmed.segments += checked.trimmed.segments;
  tally.trimmed.hits += checked.trimmed.hits;
  tally.pinned ??= segments.find((segment) => segment.hash === head && segment.isAsHashed);
}

function pinned(hash: string, segment: Segment | undefined): PinnedHead {
  return { hash, found: segment !== undefined, segment: segment?.segment ?? null, position: segment?.last ?? null };
}

function headProblem(segments: number, position: number): RawProblem {
  return {
    kind: 'head',
    ...{ segment: null, first_position: null, last_position: null, siteId: null },
    message:
      `the pinned head is not among the ${segments} segments up to position ${position}: ` +
      'the log was set back to an earlier state, or the chain was written anew',
  };
}

const bySegment = (a: RawProblem, b: RawProblem): number => (a.segment ?? 0) - (b.segment ?? 0);

async function named(
  tx: Tx,
  { problems, erased }: Tally,
  known: OnRecord,
): Promise<{ problems: Problem[]; erased: ErasedRows[] }> {
  const ids = new Set([...erased.keys(), ...problems.flatMap(({ siteId }) => (siteId === null ? [] : [siteId]))]);
  const sites = await readKnownSites(tx, [...ids]);
  const site = (siteId: number) => sites.get(siteId) ?? { site_id: siteId, id: null, domain: null };
  return {
    problems: problems.map(({ siteId, ...problem }) => ({ ...problem, site: siteId === null ? null : site(siteId) })),
    erased: [...erased]
      .sort(([a], [b]) => a - b)
      .map(([siteId, rows]) => ({ ...site(siteId), rows, position: known.deleted.get(siteId)?.erasedAt ?? null })),
  };
}
