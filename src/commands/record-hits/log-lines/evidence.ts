import { createHash } from 'node:crypto';
import { readAt, sourceAt, type OpenLog } from './source.ts';

/** By so many bytes at its start, and before the position, a file is known again. */
export const EVIDENCE_BYTES = 4096;

/** 16 bytes of the SHA-256. */
export function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, 16);
}

/** How a log begins. */
export interface Head {
  readonly bytes: Buffer;
  readonly firstLine: Buffer;
}

/** Null: not one line is in it yet. @param isFinal it does not grow: what there is counts as a line, without its break */
export async function readHead(log: OpenLog, isFinal: boolean): Promise<Head | null> {
  const read = log.isPacked ? await firstOfPacked(log) : await readAt(log.handle, 0, EVIDENCE_BYTES);
  const isWhole = read.length === EVIDENCE_BYTES || log.isPacked || isFinal;
  const bytes = isWhole ? read : read.subarray(0, read.lastIndexOf(0x0a) + 1);
  if (bytes.length === 0) return null;
  const lineBreak = bytes.indexOf(0x0a);
  return { bytes, firstLine: digest(lineBreak < 0 ? bytes : bytes.subarray(0, lineBreak)) };
}

async function firstOfPacked(log: OpenLog): Promise<Buffer> {
  const source = await sourceAt(log, 0);
  try {
    let bytes: Buffer = Buffer.alloc(0);
    while (bytes.length < EVIDENCE_BYTES) {
      const chunk = await source.next();
      if (chunk === null) break;
      bytes = Buffer.concat([bytes, chunk]);
    }
    return bytes.subarray(0, EVIDENCE_BYTES);
  } finally {
    await source.close();
  }
}

/** The bytes before a position, up to those that are evidence; null where the log ends before it. */
export async function readBefore(log: OpenLog, position: number): Promise<Buffer | null> {
  const start = Math.max(0, position - EVIDENCE_BYTES);
  const wanted = position - start;
  if (wanted === 0) return Buffer.alloc(0);
  if (!log.isPacked) {
    const bytes = await readAt(log.handle, start, wanted);
    return bytes.length < wanted ? null : bytes;
  }
  const source = await sourceAt(log, start);
  try {
    let bytes: Buffer = Buffer.alloc(0);
    while (bytes.length < wanted) {
      const chunk = await source.next();
      if (chunk === null) return null;
      bytes = Buffer.concat([bytes, chunk]);
    }
    return bytes.subarray(0, wanted);
  } finally {
    await source.close();
  }
}
