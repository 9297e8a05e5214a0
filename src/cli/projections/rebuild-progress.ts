import { Presets, SingleBar } from 'cli-progress';
import type { ListedRebuild } from '../../projections/operate/list.read.ts';
import { number } from '../format.ts';
import { duration, progressText } from './format-list.ts';

const LINE_EVERY_MS = 2_000;

export interface RebuildTeller {
  update(rebuild: ListedRebuild): void;
  /** A hit was parked, a view suspended, a connection lost. */
  say(message: string): void;
  stop(): void;
}

/** One line that is written anew on a terminal, else a line every two seconds: into a file, a bar would write thousands. */
export function tellRebuild(isTerminal: boolean, write: (line: string) => void): RebuildTeller {
  return isTerminal ? bar(write) : lines(write);
}

function bar(write: (line: string) => void): RebuildTeller {
  const single = new SingleBar(
    { format: ' {bar} {share} % · {phase} · {hits} hits{rate}{left}', hideCursor: true, barsize: 30, fps: 5 },
    Presets.shades_classic,
  );
  const none = { share: '0', phase: 'start', hits: '0', rate: '', left: '' };
  single.start(1_000, 0, none);
  return {
    update(r) {
      single.update(Math.round(r.percent * 10), {
        share: Math.floor(r.percent).toString(),
        phase: r.phase,
        hits: `${number(r.hits_done)} of ${number(r.hits_total)}`,
        rate: r.hits_per_second === null ? '' : ` · ${number(Math.round(r.hits_per_second))}/s`,
        left: r.eta_seconds === null || r.percent >= 100 ? '' : ` · ${duration(r.eta_seconds)} left`,
      });
    },
    say(message) {
      // Below the bar, which begins anew.
      single.stop();
      write(message);
      single.start(1_000, 0, none);
    },
    stop: () => single.stop(),
  };
}

function lines(write: (line: string) => void): RebuildTeller {
  let toldAt = performance.now();
  return {
    update(rebuild) {
      if (performance.now() - toldAt < LINE_EVERY_MS) return;
      toldAt = performance.now();
      write(progressText(rebuild));
    },
    say: write,
    stop: () => undefined,
  };
}
