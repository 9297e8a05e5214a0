import { digest, EVIDENCE_BYTES } from './evidence.ts';
import type { Source } from './source.ts';

/** Longer lines are passed over: a header has its limits in every server. */
const LONGEST_LINE = 1024 * 1024;
const LINE_BREAK = 0x0a;

/** Lines of a source, with their place in it. In memory are a chunk, and the line that it ends in. */
export class LineReader {
  private buffer: Buffer = Buffer.alloc(0);
  /** In the buffer: from where there are lines to take. */
  private at = 0;
  private end = 0;
  /** The bytes before the buffer, as far as they are evidence. */
  private before: Buffer;
  /** The rest of a line that is too long is passed over. */
  private isSkipping = false;
  private readonly source: Source;
  /** Of the next line, in bytes from the start of the log. */
  position: number;

  /** @param before the bytes before the position, at most those that are evidence */
  constructor(source: Source, position: number, before: Buffer) {
    this.source = source;
    this.position = position;
    this.before = before;
  }

  /** Reads on. False: there is nothing more, or not now. */
  async fill(): Promise<boolean> {
    const filled = await this.source.next(this.buffer.subarray(this.at));
    if (filled === null) return false;
    this.before = lastOf(this.before, this.buffer.subarray(0, this.at));
    this.buffer = filled;
    this.at = 0;
    return true;
  }

  /** The next line is there, without its break: null where more has to be read first; `long` where it is passed over. */
  peek(): 'line' | 'long' | null {
    this.end = this.buffer.indexOf(LINE_BREAK, this.at);
    if (this.end >= 0) return this.isSkipping || this.end - this.at > LONGEST_LINE ? 'long' : 'line';
    if (this.buffer.length - this.at > LONGEST_LINE) {
      this.isSkipping = true;
      this.position += this.buffer.length - this.at;
      this.at = this.buffer.length;
    }
    return null;
  }

  /** What is left after the last line break: true, and `peek` was told of it, where it is not nothing. */
  peekRest(): boolean {
    this.end = this.buffer.length;
    return this.end > this.at && !this.isSkipping;
  }

  /** The line as one character a byte: fast, and enough where only ASCII is asked for. */
  bytes(): string {
    return this.buffer.toString('latin1', this.at, this.lineEnd());
  }

  text(): string {
    return this.buffer.toString('utf8', this.at, this.lineEnd());
  }

  /** On to the next line. */
  take(): void {
    const next = Math.min(this.end + 1, this.buffer.length);
    this.position += next - this.at;
    this.at = next;
    this.isSkipping = false;
  }

  /** The bytes before the position, as far as they are evidence. */
  evidence(): Buffer {
    return lastOf(this.before, this.buffer.subarray(0, this.at));
  }

  tail(): Buffer {
    return digest(this.evidence());
  }

  private lineEnd(): number {
    return this.end > this.at && this.buffer[this.end - 1] === 0x0d ? this.end - 1 : this.end;
  }
}

function lastOf(before: Buffer, more: Buffer): Buffer {
  if (more.length >= EVIDENCE_BYTES) return Buffer.from(more.subarray(more.length - EVIDENCE_BYTES));
  const both = Buffer.concat([before, more]);
  return both.subarray(Math.max(0, both.length - EVIDENCE_BYTES));
}
