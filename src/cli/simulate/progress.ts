import { Presets, SingleBar } from 'cli-progress';

import { number } from '../format.ts';

const LINE_EVERY_MS = 5000;

export interface Progress {
  /** @param reached epoch ms of the last hit */
  update(appended: number, reached: number): void;
  stop(): void;
}

/** A bar on a terminal, else a line every five seconds: into a file, a bar would write thousands. */
export function startProgress(total: number, isTerminal: boolean, write: (line: string) => void): Progress {
  return isTerminal ? bar(total) : lines(total, write);
}

function bar(total: number): Progress {
  const single = new SingleBar(
    {
      format: ' {bar} {percentage} % · {value} hits · {rate}/s · {reached} · {eta_formatted} left',
      hideCursor: true,
      formatValue: (value, _options, type) => (type === 'value' ? number(value) : String(value)),
    },
    Presets.shades_classic,
  );
  const started = Date.now();
  single.start(total, 0, { rate: '0', reached: '' });
  return {
    update: (appended, reached) => single.update(appended, { rate: rate(appended, started), reached: dayOf(reached) }),
    stop: () => single.stop(),
  };
}

function lines(total: number, write: (line: string) => void): Progress {
  const started = Date.now();
  let last = started;
  return {
    update(appended, reached) {
      if (Date.now() - last < LINE_EVERY_MS) return;
      last = Date.now();
      const percentage = Math.floor((100 * appended) / total);
      write(`${number(appended)} hits (${percentage} %), up to ${dayOf(reached)}, ${rate(appended, started)}/s`);
    },
    stop: () => undefined,
  };
}

/** Hits a second since `started`. */
function rate(appended: number, started: number): string {
  return number(Math.round(appended / Math.max(0.001, (Date.now() - started) / 1000)));
}

function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
