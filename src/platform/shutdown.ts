import { messageOf } from './errors.ts';

export interface ShutdownOptions {
  log: (line: string) => void;
  /** For all steps together. Default 10,000. */
  limitMs?: number;
  /** Default: `process.exit`. */
  exit?: (code: number) => void;
}

export interface Shutdown {
  /** To be done at the end. Steps run one after the other, the last registered first: what started last stops first. */
  register(name: string, stop: () => Promise<void>): void;
  /** Runs every step once and exits with `code`, or 1 when a step failed or the limit passed. */
  run(reason: string, code?: number): Promise<void>;
  /** Runs on SIGTERM and SIGINT; a second signal exits at once. */
  listen(): void;
}

export function createShutdown(o: ShutdownOptions): Shutdown {
  const limitMs = o.limitMs ?? 10_000;
  const exit = o.exit ?? ((code: number) => process.exit(code));
  const steps: { name: string; stop: () => Promise<void> }[] = [];
  let running: Promise<void> | undefined;

  const drain = async (reason: string, code: number): Promise<void> => {
    o.log(`stopping: ${reason}`);
    let current = '';
    const limit = setTimeout(() => {
      o.log(`not stopped after ${limitMs / 1000} s, giving up at: ${current}`);
      exit(1);
    }, limitMs);
    let result = code;
    for (let step = steps.pop(); step; step = steps.pop()) {
      current = step.name;
      try {
        await step.stop();
      } catch (e) {
        o.log(`${step.name} did not stop cleanly: ${messageOf(e)}`);
        result = 1;
      }
    }
    clearTimeout(limit);
    o.log('stopped');
    exit(result);
  };

  const run = (reason: string, code = 0): Promise<void> => (running ??= drain(reason, code));

  return {
    register: (name, stop) => void steps.push({ name, stop }),
    run,
    listen() {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.on(signal, () => {
          if (running) exit(1);
          else void run(signal);
        });
      }
    },
  };
}
