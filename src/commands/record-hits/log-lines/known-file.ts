import { sql, type Selectable } from 'kysely';
import { PAGE_LINE_RULES } from '../../../domain/access-log/page-line.ts';
import type { Tx } from '../../../platform/database.ts';
import { digest, readBefore, readHead, type Head } from './evidence.ts';
import type { OpenLog } from './source.ts';
import type { LogFilesTable } from './log-files.tables.ts';

type LogFileRow = Selectable<LogFilesTable>;

/** A file whose position is kept. */
export interface KnownFile {
  readonly fileId: number;
  /** Bytes, unpacked, of which every line was read. */
  readonly position: number;
  readonly lines: number;
  readonly hits: number;
  /** Page views of hosts that were no site, and of days on which their site counted itself. */
  readonly leftOut: number;
  /** Page views that were counted as excluded. */
  readonly excluded: number;
  readonly siteId: number | null;
  /** The bytes before the position that are evidence. */
  readonly before: Buffer;
  /** This file is the beginning of one that was read further: a copy of before. */
  readonly isBeginning: boolean;
  readonly head: Head;
}

/** Lock of the whole server, with the file's number as its second key: one process reads a file at a time. */
const READING = 470_391_973;
/** The same while a file is looked up, so that two processes do not enter it twice. */
const LOOKING = 470_391_974;

/** How a file is to be read. */
export interface Wanted {
  /** Of all its lines; null: they go to sites by their host. */
  readonly siteId: number | null;
  /** Nobody writes to it any more. */
  readonly isFinal: boolean;
}

/**
 * The file by what is in it: it begins as the one on record, and before the position there is what was there. So it is
 * known after it was renamed, copied or packed, and one that was emptied and filled anew is another one. Entered where
 * it is new; null where there is not one line in it yet.
 */
export async function findFile(db: Tx, log: OpenLog, { siteId, isFinal }: Wanted): Promise<KnownFile | null> {
  const head = await readHead(log, isFinal);
  if (head === null) return null;
  const seen = new Set<number>();
  for (;;) {
    // Not within the transaction: a packed file is unpacked for it.
    for (const row of await alike(db, head)) {
      if (seen.has(row.file_id)) continue;
      seen.add(row.file_id);
      const found = await recognise(log, head, row);
      if (found !== null) return found;
    }
    const entered = await enter(db, log, head, siteId, seen);
    if (entered !== null) return entered;
  }
}

const alike = (tx: Tx, head: Head): Promise<LogFileRow[]> =>
  tx.selectFrom('log_files').selectAll().where('first_line', '=', head.firstLine).orderBy('position', 'desc').execute();

async function recognise(log: OpenLog, head: Head, row: LogFileRow): Promise<KnownFile | null> {
  if (row.head_bytes > head.bytes.length) return null;
  if (!row.head.equals(digest(head.bytes.subarray(0, row.head_bytes)))) return null;
  const before = await readBefore(log, Number(row.position));
  if (before !== null && !row.tail.equals(digest(before))) return null;
  return {
    fileId: row.file_id,
    position: Number(row.position),
    lines: Number(row.lines),
    hits: Number(row.hits),
    leftOut: Number(row.left_out),
    excluded: Number(row.excluded),
    siteId: row.site_id,
    before: before ?? Buffer.alloc(0),
    isBeginning: before === null,
    head,
  };
}

/** Null where another process has entered one that begins like it, meanwhile. */
async function enter(
  db: Tx,
  log: OpenLog,
  head: Head,
  siteId: number | null,
  seen: ReadonlySet<number>,
): Promise<KnownFile | null> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${LOOKING}, ${head.firstLine.readInt32BE(0)})`.execute(tx);
    if ((await alike(tx, head)).some((row) => !seen.has(row.file_id))) return null;
    const nothing = Buffer.alloc(0);
    const { file_id } = await tx
      .insertInto('log_files')
      .values({
        first_line: head.firstLine,
        head: digest(head.bytes),
        head_bytes: head.bytes.length,
        tail: digest(nothing),
        rules: PAGE_LINE_RULES,
        path: log.path,
        site_id: siteId,
      })
      .returning('file_id')
      .executeTakeFirstOrThrow();
    return { fileId: file_id, position: 0, lines: 0, hits: 0, leftOut: 0, excluded: 0, siteId, before: nothing, isBeginning: false, head };
  });
}

/** @param session one connection, which has the lock until it is given back or lost */
export async function lockFile(session: Tx, fileId: number): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_lock(${READING}, ${fileId}) as locked`.execute(session);
  return rows[0]?.locked === true;
}

export async function unlockFile(session: Tx, fileId: number): Promise<void> {
  await sql`select pg_advisory_unlock(${READING}, ${fileId})`.execute(session);
}

/**
 * Begins a file anew of which nothing is stored, though there are page views in it: they were left out for what may be
 * otherwise now, such as a host that has become a site. Where anything is stored, nothing is read twice.
 */
export async function beginAnew(session: Tx, file: KnownFile): Promise<KnownFile> {
  if (file.isBeginning || file.leftOut === 0 || file.hits > 0 || file.excluded > 0) return file;
  const nothing = Buffer.alloc(0);
  await session
    .updateTable('log_files')
    .set({ position: 0, lines: 0, left_out: 0, tail: digest(nothing) })
    .where('file_id', '=', file.fileId)
    .where('position', '=', String(file.position))
    .execute();
  return { ...file, position: 0, lines: 0, leftOut: 0, before: nothing };
}

/** Where a file stands, once a batch of its lines is in. */
export interface Move {
  readonly fileId: number;
  readonly from: number;
  readonly to: number;
  readonly tail: Buffer;
  readonly lines: number;
  readonly hits: number;
  readonly leftOut: number;
  readonly excluded: number;
  readonly path: string;
  readonly siteId: number | null;
  readonly head: Head;
}

/** Moves the position on, in the transaction of the hits. False: it does not stand where the batch began. */
export async function moveFile(tx: Tx, move: Move): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('log_files')
    .set({
      position: move.to,
      tail: move.tail,
      lines: sql`lines + ${move.lines}`,
      hits: sql`hits + ${move.hits}`,
      left_out: sql`left_out + ${move.leftOut}`,
      excluded: sql`excluded + ${move.excluded}`,
      head: digest(move.head.bytes),
      head_bytes: move.head.bytes.length,
      rules: PAGE_LINE_RULES,
      path: move.path,
      site_id: move.siteId,
      read_at: sql`now()`,
    })
    .where('file_id', '=', move.fileId)
    .where('position', '=', String(move.from))
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
