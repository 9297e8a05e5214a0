import { stat } from 'node:fs/promises';
import { Presets, SingleBar } from 'cli-progress';
import type { ReadProgress } from '../../commands/record-hits/log-lines/read-log.ts';
import { number } from '../format.ts';

const LINE_EVERY_MS = 5000;

export interface IngestProgress {
  update: (progress: ReadProgress) => void;
  /** A line beside it. */
  say: (line: string) => void;
  stop: () => void;
}

/** A bar on a terminal, else a line every five seconds. Of a packed file nobody knows how long it is: lines, too. */
export async function startIngestProgress(
  path: string,
  isTerminal: boolean,
  write: (line: string) => void,
): Promise<IngestProgress> {
  const { size } = await stat(path).catch(() => ({ size: 0 })); // opening it will tell
  return isTerminal && size > 0 && !path.endsWith('.gz') ? bar(size, write) : lines(write);
}

function bar(size: number, write: (line: string) => void): IngestProgress {
  const started = Date.now();
  const single = new SingleBar(
    { format: ' {bar} {percentage} % · {lines} lines · {rate}/s · {eta_formatted} left', hideCursor: true },
    Presets.shades_classic,
  );
  const said: string[] = [];
  let first: number | undefined;
  return {
    update({ position, lines }) {
      if (first === undefined) single.start(size, (first = 0), { lines: '0', rate: '0' });
      single.update(Math.min(size, position), { lines: number(lines), rate: rate(lines, started) });
    },
    say(line) {
      if (first === undefined) write(line);
      else said.push(line);
    },
    stop() {
      if (first !== undefined) single.stop();
      for (const line of said) write(line);
    },
  };
}

function lines(write: (line: string) => void): IngestProgress {
  const started = Date.now();
  let last = started;
  return {
    update({ lines: read, hits }) {
      if (Date.now() - last < LINE_EVERY_MS) return;
      last = Date.now();
      write(`${number(read)} lines, ${number(hits)} hits, ${rate(read, started)} lines/s`);
    },
    say: write,
    stop: () => undefined,
  };
}

function rate(lines: number, started: number): string {
  return number(Math.round(lines / Math.max(0.001, (Date.now() - started) / 1000)));
}
