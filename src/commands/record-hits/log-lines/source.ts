import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { messageOf, OperatorError } from '../../../platform/errors.ts';

/** Bytes read at once. */
const CHUNK = 256 * 1024;

/** The bytes of a log, unpacked, from a position on. */
export interface Source {
  /** What comes next; null where there is nothing more, which for a plain file may be so only now. */
  next(): Promise<Buffer | null>;
  close(): Promise<void>;
}

/** A file that is open, so that it stays the same one when it is renamed. */
export interface OpenLog {
  readonly handle: FileHandle;
  readonly path: string;
  /** It is told by what it begins with, not by its name. */
  readonly isPacked: boolean;
  /** `device:inode`. */
  readonly identity: string;
}

/** Opens a file. @throws an error of the file system */
export async function openLog(path: string): Promise<OpenLog> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    const { dev, ino } = await handle.stat();
    const magic = await readAt(handle, 0, 2);
    const isPacked = magic.length === 2 && magic.readUInt16BE(0) === 0x1f8b;
    return { handle, path, isPacked, identity: `${dev}:${ino}` };
  } catch (e) {
    await handle.close();
    throw e;
  }
}

/** Up to so many bytes of a plain file; fewer at its end. */
export async function readAt(handle: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await handle.read(buffer, filled, bytes - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** The bytes from a position on. Of a packed file all before it is unpacked on the way. */
export async function sourceAt(log: OpenLog, position: number): Promise<Source> {
  if (!log.isPacked) return plain(log.handle, position);
  const source = packed(log);
  let left = position;
  while (left > 0) {
    const chunk = await source.next();
    if (chunk === null) break;
    left -= chunk.length;
    if (left < 0) return withFirst(chunk.subarray(left), source);
  }
  return source;
}

function plain(handle: FileHandle, start: number): Source {
  let position = start;
  return {
    async next() {
      const buffer = Buffer.allocUnsafe(CHUNK);
      const { bytesRead } = await handle.read(buffer, 0, CHUNK, position);
      position += bytesRead;
      return bytesRead === 0 ? null : buffer.subarray(0, bytesRead);
    },
    close: () => Promise.resolve(),
  };
}

function packed({ handle, path }: OpenLog): Source {
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const file = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: CHUNK });
  file.on('error', (e) => gunzip.destroy(e));
  const chunks = file.pipe(gunzip)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return {
    async next() {
      try {
        const { value, done } = await chunks.next();
        return done === true ? null : value;
      } catch (e) {
        throw new OperatorError(`${path} cannot be unpacked: ${messageOf(e)}`, { cause: e });
      }
    },
    async close() {
      file.destroy();
      gunzip.destroy();
      await Promise.resolve();
    },
  };
}

function withFirst(first: Buffer, source: Source): Source {
  let kept: Buffer | null = first;
  return {
    next() {
      if (kept === null) return source.next();
      const chunk = kept;
      kept = null;
      return Promise.resolve(chunk);
    },
    close: () => source.close(),
  };
}
