import type { FormatName, LogFormat } from '../../../domain/access-log/access-line.ts';
import { formatNamed } from '../../../domain/access-log/formats.ts';
import { systemClock, type Clock } from '../../../platform/clock.ts';
import type { Db, Tx } from '../../../platform/database.ts';
import { OperatorError } from '../../../platform/errors.ts';
import { agentCache } from '../agent-cache.ts';
import { appendFailure } from '../append-failure.ts';
import type { CountryOf } from '../country.ts';
import type { DirectorySite, SiteDirectory } from '../site-directory.ts';
import { FileMoved } from './commit-batch.ts';
import { dayBook, type DayBook } from './day-book.ts';
import { createJudge, type Judge } from './judge.ts';
import { beginAnew, findFile, lockFile, unlockFile, type KnownFile } from './known-file.ts';
import { noOutcomes, type ReadSoFar } from './outcomes.ts';
import { formatOf, pause, readLog, type ReadLogOptions, type ReadProgress } from './read-log.ts';
import { openLog, type OpenLog } from './source.ts';
import { PAGES_PER_BATCH } from './take-batch.ts';

export interface LogReaderOptions {
  /** Of the role `writer`, with at least two connections: one is kept while a file is read. */
  readonly db: Db;
  readonly sites: Pick<SiteDirectory, 'get'>;
  readonly countryOf: CountryOf;
  /** All lines are of this site. Null: of the sites that their hosts are registered as. */
  readonly site: DirectorySite | null;
  /** Undefined: told from the first lines. */
  readonly format: FormatName | undefined;
  /** Lines count also on days on which the site counts itself. */
  readonly isBesideTracker: boolean;
  readonly onAppended?: (lastPosition: bigint) => void;
  readonly onProgress?: (progress: ReadProgress) => void;
  readonly onFormat?: (format: LogFormat) => void;
  /** @param line its number in the file, from 1 */
  readonly onMalformed?: (line: number, text: string) => void;
  /** A page view of a host that is no site. */
  readonly onUnknownHost?: (host: string) => void;
  /** What failed, and is tried again. */
  readonly onRetry?: (e: unknown) => void;
  readonly clock?: Clock;
  /** Default `HOLD_MS`. */
  readonly holdMs?: number;
  /** Default `PAGES_PER_BATCH`. */
  readonly pagesPerBatch?: number;
}

/** A page's own hit has come by then, where it sends one. */
export const HOLD_MS = 15_000;

/** What reads access logs, one file at a time. */
export interface LogReader extends LogReaderOptions {
  readonly judge: Judge;
  readonly days: DayBook;
  readonly clock: Clock;
  readonly holdMs: number;
  readonly pagesPerBatch: number;
}

export function logReader(o: LogReaderOptions): LogReader {
  const clock = o.clock ?? systemClock;
  const days = dayBook(o.db, clock, o.isBesideTracker);
  const agentOf = agentCache(o.db);
  const { sites, site, countryOf, onUnknownHost } = o;
  const holdMs = o.isBesideTracker ? 0 : (o.holdMs ?? HOLD_MS);
  const { pagesPerBatch = PAGES_PER_BATCH } = o;
  return { ...o, clock, days, holdMs, pagesPerBatch, judge: createJudge({ sites, site, days, agentOf, countryOf, onUnknownHost }) };
}

export interface Ingested extends ReadSoFar {
  /**
   * `read`: to its end, or as far as the signal let it. `known`: it had been read already. `empty`: there is no line in
   * it.
   */
  readonly state: 'read' | 'known' | 'empty';
  /** Of the lines that were read before. */
  readonly before: Pick<KnownFile, 'lines' | 'position' | 'siteId' | 'leftOut'>;
}

const TRIES = 8;

/**
 * Reads what was not read yet of a file. A connection that is lost, or a server that is away, is waited for, and it goes
 * on where the last batch ended. @throws OperatorError that says what to do
 */
export async function ingestFile(path: string, reader: LogReader, signal: AbortSignal): Promise<Ingested> {
  const log = await openLog(path);
  const soFar: ReadSoFar = { lines: 0, outcomes: noOutcomes() };
  let first: KnownFile | undefined;
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        const file = await withFile(reader, log, true, async (session, known) => {
          const isFirst = first === undefined;
          const file = isFirst ? await beginAnew(session, known) : known;
          first ??= file;
          if (!file.isBeginning) await readLog(optionsFor(reader, { session, log, file, soFar, signal, isStrict: true }));
        });
        if (file === null) return { ...soFar, state: 'empty', before: { lines: 0, position: 0, siteId: null, leftOut: 0 } };
        const before = first ?? file;
        const isKnown = soFar.lines === 0 && before.position > 0;
        return { ...soFar, state: isKnown ? 'known' : 'read', before };
      } catch (e) {
        if (attempt === TRIES || signal.aborted || !isPassing(e)) throw e;
        reader.onRetry?.(e);
        await pause(Math.min(10_000, 100 * 2 ** attempt), signal);
      }
    }
  } finally {
    await log.handle.close();
  }
}

/** Whether trying again may help. */
export function isPassing(thrown: unknown): boolean {
  if (thrown instanceof OperatorError || thrown instanceof FileMoved) return false;
  const { code } = thrown as { code?: unknown };
  // Of the file system: it would fail again.
  if (typeof code === 'string' && /^E(?:ACCES|NOENT|ISDIR|PERM|IO)$/.test(code)) return false;
  return appendFailure(thrown) === 'passing';
}

/** Another process reads the file. */
export class FileBusy extends OperatorError {}

/** Runs with the file's lock, and with its position as it is then. Null: there is no line in the file. */
export async function withFile(
  { db, site }: LogReader,
  log: OpenLog,
  isFinal: boolean,
  run: (session: Tx, file: KnownFile) => Promise<void>,
): Promise<KnownFile | null> {
  const wanted = { siteId: site?.siteId ?? null, isFinal };
  const found = await findFile(db, log, wanted);
  if (found === null) return null;
  return db.connection().execute(async (session) => {
    if (!(await lockFile(session, found.fileId))) {
      throw new FileBusy(`${log.path} is being read by another process`);
    }
    try {
      // Once more: who had the lock before may have moved it.
      const file = (await findFile(session, log, wanted)) ?? found;
      if (file.fileId !== found.fileId) throw new FileBusy(`${log.path} changed while it was opened`);
      await run(session, file);
      return file;
    } finally {
      // On a connection that was lost the lock is gone with it.
      await unlockFile(session, found.fileId).catch((e: unknown) => {
        if (appendFailure(e) !== 'passing') throw e;
      });
    }
  });
}

type Reading = Pick<ReadLogOptions, 'session' | 'log' | 'file' | 'soFar' | 'signal' | 'isStrict' | 'onDry'>;

export function optionsFor(reader: LogReader, reading: Reading): ReadLogOptions {
  const { log, file } = reading;
  const format = reader.format === undefined ? formatOf(log.path, file.head.bytes) : formatNamed(reader.format);
  refuseFormat(format, reader, log);
  reader.onFormat?.(format);
  const { judge, clock, holdMs, pagesPerBatch, onProgress, onAppended, onMalformed = () => undefined } = reader;
  const siteId = reader.site?.siteId ?? null;
  return { ...reading, siteId, format, judge, clock, holdMs, pagesPerBatch, onProgress, onAppended, onMalformed };
}

function refuseFormat({ name, hasHost, hasAgent }: LogFormat, { site }: LogReader, { path }: OpenLog): void {
  if (!hasAgent) {
    throw new OperatorError(
      `${path} is in the format ${name}, which has no user agents: people could not be told from machines, and nothing ` +
        'of it would count. Let the server write combined.',
    );
  }
  if (!hasHost && site === null) {
    throw new OperatorError(
      `${path} is in the format ${name}, which does not say of which host a line is: antics ingest --site reads it for one site.`,
    );
  }
}
