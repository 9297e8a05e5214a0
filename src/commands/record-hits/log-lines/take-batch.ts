import { setImmediate } from 'node:timers/promises';
import type { LogFormat } from '../../../domain/access-log/access-line.ts';
import { isAssetUri, whyNoPage } from '../../../domain/access-log/page-line.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Judge, PageLine } from './judge.ts';
import type { LineReader } from './line-reader.ts';
import { noOutcomes, type LineOutcome, type OutcomeCounts } from './outcomes.ts';

/** Page views in a batch: a long transaction for no gain, beyond. */
export const PAGES_PER_BATCH = 5_000;
/** Lines in a batch, so that a position is kept of a file without pages too. */
const LINES = 100_000;
/** Lines read between two looks at the network, some 5 ms. */
const SLICE = 500;
/** A line from further in the future was written by a wrong clock. */
const FUTURE_MS = 10 * 60_000;
/** 2000-01-01: nobody has logs from before it, but clocks that were never set. */
const OLDEST = 946_684_800_000;

export interface TakeOptions {
  readonly format: LogFormat;
  readonly judge: Pick<Judge, 'pageOf'>;
  readonly clock: Clock;
  /** A page view is judged when it is this old, as the hit that its page sends comes after it. */
  readonly holdMs: number;
  /** The log's last line counts without a line break: nobody writes to it any more. */
  readonly isFinal: boolean;
  readonly signal: AbortSignal;
  /** @param line number within what is read now, from 1 */
  readonly onMalformed: (line: number, text: string) => void;
  readonly pagesPerBatch: number;
  /** Lines that were read before these. */
  readonly linesBefore: number;
}

export interface Taken {
  readonly from: number;
  readonly to: number;
  readonly tail: Buffer;
  readonly lines: number;
  readonly pages: readonly PageLine[];
  /** Of the lines that are no page views. */
  readonly outcomes: OutcomeCounts;
  /** Why it ends: there is room for no more; nothing more to read now; a line that is too young, for so many ms. */
  readonly end: 'full' | 'dry' | { readonly waitMs: number };
}

/** Reads lines until a batch is full or there are no more. */
export async function takeBatch(reader: LineReader, o: TakeOptions): Promise<Taken> {
  const from = reader.position;
  const pages: PageLine[] = [];
  const outcomes = noOutcomes();
  let lines = 0;

  const note = (outcome: LineOutcome): void => {
    outcomes[outcome] += 1;
    if (outcome === 'malformed') o.onMalformed(o.linesBefore + lines + 1, reader.text());
    lines += 1;
    reader.take();
  };

  const ended = (end: Taken['end']): Taken => ({
    from,
    to: reader.position,
    tail: reader.tail(),
    lines,
    pages,
    outcomes,
    end,
  });

  while (pages.length < o.pagesPerBatch && lines < LINES) {
    if (o.signal.aborted) return ended('dry');
    const found = reader.peek();
    if (found === null) {
      if (await reader.fill()) continue;
      if (!o.isFinal || !reader.peekRest() || o.format.read(reader.text()) === null) return ended('dry');
    }
    if (found === 'long') {
      note('malformed');
      continue;
    }
    const read = readLine(reader, o);
    if (typeof read === 'string') note(read);
    else {
      const waitMs = Math.min(o.holdMs, read.line.at + o.holdMs - o.clock());
      if (waitMs > 0) return ended({ waitMs });
      pages.push(read);
      lines += 1;
      reader.take();
    }
    if (lines % SLICE === 0) await setImmediate();
  }
  return ended('full');
}

// eslint-disable-next-line no-control-regex -- what is beyond ASCII
const BEYOND_ASCII = /[^\x00-\x7f]/;

function readLine(reader: LineReader, { format, judge, clock }: TakeOptions): PageLine | LineOutcome {
  const bytes = reader.bytes();
  // Most lines are of assets: their path tells, before anything is taken apart.
  const uri = format.uriOf(bytes);
  if (uri !== null && isAssetUri(uri)) return 'asset';
  const line = format.read(BEYOND_ASCII.test(bytes) ? reader.text() : bytes);
  if (line === null) return bytes.trim() === '' ? 'other' : 'malformed';
  if (line === 'other') return 'other';
  const reason = whyNoPage(line);
  if (reason !== null) return reason;
  if (line.at < OLDEST || line.at > clock() + FUTURE_MS) return 'malformed';
  return judge.pageOf(line);
}
