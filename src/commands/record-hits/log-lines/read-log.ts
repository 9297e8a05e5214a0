import { setTimeout as sleep } from 'node:timers/promises';
import { detectFormat } from '../../../domain/access-log/formats.ts';
import type { LogFormat } from '../../../domain/access-log/access-line.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Tx } from '../../../platform/database.ts';
import { OperatorError } from '../../../platform/errors.ts';
import { commitBatch, type LineBatch } from './commit-batch.ts';
import type { Count } from '../drop-ledger.ts';
import type { Judge } from './judge.ts';
import type { KnownFile } from './known-file.ts';
import { LineReader } from './line-reader.ts';
import { addOutcomes, type OutcomeCounts, type ReadSoFar } from './outcomes.ts';
import { sourceAt, type OpenLog } from './source.ts';
import { takeBatch, type Taken } from './take-batch.ts';

export interface ReadLogOptions {
  /** One connection, which has the file's lock. */
  readonly session: Tx;
  readonly log: OpenLog;
  readonly file: KnownFile;
  readonly siteId: number | null;
  readonly format: LogFormat;
  readonly judge: Judge;
  readonly clock: Clock;
  readonly holdMs: number;
  readonly pagesPerBatch: number;
  readonly signal: AbortSignal;
  /** Each batch is in the log, in order. */
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
  readonly onAppended?: ((lastPosition: bigint) => void) | undefined;
  readonly onMalformed: (line: number, text: string) => void;
  /**
   * There is nothing more to read now, and what was read is in the log. True: more may have come. Default: the end.
   * @param position up to there it is read
   */
  readonly onDry?: ((position: number, before: Buffer) => Promise<boolean>) | undefined;
  /** A file of which most lines are malformed is given up. */
  readonly isStrict: boolean;
  /** Added up to. */
  readonly soFar: ReadSoFar;
}

export interface ReadProgress {
  /** Bytes, unpacked. */
  readonly position: number;
  readonly lines: number;
  readonly hits: number;
}

/** Lines after which a format can be told to be the wrong one. */
const ENOUGH = 20;

/**
 * Reads a log from its position to its end, and logs what is a page view. While one batch commits the next is read and
 * made; it is sent when that one is in, as it begins where that one ends.
 */
export async function readLog(o: ReadLogOptions): Promise<void> {
  const source = await sourceAt(o.log, o.file.position);
  const reader = new LineReader(source, o.file.position, o.file.before);
  const result = o.soFar;
  let read = 0;
  let underWay: Promise<void> = Promise.resolve();

  const send = async (batch: LineBatch, outcomes: OutcomeCounts, tracked: number): Promise<void> => {
    const committed = await commitBatch(o.session, batch);
    result.lines += batch.move.lines;
    addOutcomes(result.outcomes, outcomes);
    result.outcomes.hit += committed.hits;
    result.outcomes.site_gone += committed.gone;
    result.outcomes.refused += committed.refused;
    result.outcomes.tracked += tracked;
    for (const { reason, hits } of batch.counts) result.outcomes[reason] += hits;
    if (committed.lastPosition !== null) o.onAppended?.(committed.lastPosition);
    o.onProgress?.({ position: batch.move.to, lines: result.lines, hits: result.outcomes.hit });
  };

  const isFinal = o.onDry === undefined;
  try {
    for (;;) {
      const taken = await takeBatch(reader, { ...o, isFinal, linesBefore: o.file.lines + read });
      read += taken.lines;
      if (o.isStrict) refuseOtherFormat(taken, o);
      const judged = await o.judge.judge(taken.pages);
      const counts = judged.dropped.map((one): Count => ({ ...one, hits: 1 }));
      await underWay;
      if (taken.to > taken.from) {
        const move = { ...taken, fileId: o.file.fileId, path: o.log.path, siteId: o.siteId, head: o.file.head, leftOut: taken.outcomes.unknown_host + judged.tracked };
        underWay = send({ move, hits: judged.hits, counts: summed(counts) }, taken.outcomes, judged.tracked);
        underWay.catch(() => undefined); // awaited above, but perhaps after it failed
      }
      if (o.signal.aborted) break;
      if (taken.end === 'full') continue;
      await underWay;
      if (taken.end !== 'dry') await pause(taken.end.waitMs, o.signal);
      else if (o.onDry === undefined || !(await o.onDry(reader.position, reader.evidence()))) break;
    }
    await underWay;
  } finally {
    await underWay.catch(() => undefined); // thrown already
    await source.close();
  }
}

/** A row a site, day and reason. */
function summed(counts: readonly Count[]): Count[] {
  const sums = new Map<string, Count>();
  for (const count of counts) {
    const key = `${count.siteId} ${count.day} ${count.reason}`;
    const known = sums.get(key);
    if (known === undefined) sums.set(key, { ...count });
    else known.hits += count.hits;
  }
  return [...sums.values()];
}

function refuseOtherFormat({ lines, outcomes }: Taken, { log, format, file }: ReadLogOptions): void {
  const told = lines - outcomes.other;
  if (told < ENOUGH || outcomes.malformed * 2 <= told) return;
  const likely = detectFormat(linesOf(file.head.bytes));
  const looks = likely === null || likely === format ? 'It looks like none that is known' : `It looks like ${likely.name}`;
  throw new OperatorError(
    `${log.path}: ${outcomes.malformed} of ${told} lines are not in the format ${format.name}, and were not stored. ${looks}.`,
  );
}

/** Ends early when the signal comes. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((e: unknown) => {
    if (!signal.aborted) throw e;
  });
}

/** The format that a log's first lines are in. @throws OperatorError where it is none */
export function formatOf(path: string, head: Buffer): LogFormat {
  const format = detectFormat(linesOf(head));
  if (format === null) {
    throw new OperatorError(`${path} looks like no access log: neither Caddy's JSON nor combined. --format names one.`);
  }
  return format;
}

function linesOf(head: Buffer): string[] {
  const lines = head.toString('utf8').split(/\r?\n/);
  // The last one may be cut.
  return lines.length > 1 ? lines.slice(0, -1) : lines;
}
