import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf, OperatorError } from '../../../platform/errors.ts';

/** Bytes read at once. */
const CHUNK = 256 * 1024;
const NOTHING = Buffer.alloc(0);

/** The bytes of a log, unpacked, from a position on. */
export interface Source {
  /**
   * What comes next, after `rest`, which is copied before it; null where there is nothing more, which for a plain file
   * may be so only now.
   */
  next(rest?: Buffer): Promise<Buffer | null>;
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
    const stat = await handle.stat();
    if (!stat.isFile()) {
      throw new OperatorError(`${path} is no file: how far a log was read is kept by its place in a file. Write what a pipe brings to one.`);
    }
    const { dev, ino } = stat;
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
    async next(rest = NOTHING) {
      const buffer = Buffer.allocUnsafe(rest.length + CHUNK);
      const { bytesRead } = await handle.read(buffer, rest.length, CHUNK, position);
      position += bytesRead;
      if (bytesRead === 0) return null;
      rest.copy(buffer);
      return buffer.subarray(0, rest.length + bytesRead);
    },
    close: () => Promise.resolve(),
  };
}

function packed({ handle, path }: OpenLog): Source {
  const gunzip = createGunzip({ chunkSize: CHUNK });
  // Not a stream of the handle's own, which closes it at its end.
  const file = Readable.from(chunksOf(handle), { objectMode: false });
  file.on('error', (e) => gunzip.destroy(e));
  const chunks = file.pipe(gunzip)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return {
    async next(rest = NOTHING) {
      try {
        const { value, done } = await chunks.next();
        return done === true ? null : after(rest, value);
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

function after(rest: Buffer, chunk: Buffer): Buffer {
  return rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
}

async function* chunksOf(handle: FileHandle): AsyncGenerator<Buffer> {
  const source = plain(handle, 0);
  for (let chunk = await source.next(); chunk !== null; chunk = await source.next()) yield chunk;
}

function withFirst(first: Buffer, source: Source): Source {
  let kept: Buffer | null = first;
  return {
    next(rest = NOTHING) {
      if (kept === null) return source.next(rest);
      const chunk = after(rest, kept);
      kept = null;
      return Promise.resolve(chunk);
    },
    close: () => source.close(),
  };
}
