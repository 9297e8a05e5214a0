import type { Postmaster } from './postmaster.ts';
import { supervise } from './supervisor.ts';

interface Fake extends Postmaster {
  die(): void;
}

function fake(pid: number): Fake {
  let die = (): void => undefined;
  const gone = new Promise<void>((resolve) => (die = resolve));
  return { pid, adopted: false, socketDirectory: '/s', port: 1, gone, die };
}

const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the supervisor', () => {
  it('starts a server that died, waiting twice as long after each start that fails', async () => {
    const first = fake(1);
    const waits: number[] = [];
    const lines: string[] = [];
    const back = new Promise<number>((resolve) => {
      const supervisor = supervise({
        first,
        pause: async (ms) => void waits.push(ms),
        onRestart: () => void supervisor.stop().then(() => resolve(supervisor.current().pid)),
        log: (line) => lines.push(line),
        start: async () => {
          if (waits.length < 11) throw new Error('no memory');
          return fake(2);
        },
      });
    });
    first.die();
    expect(await back).toBe(2);
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
    expect(lines).toContain('PostgreSQL did not start: no memory');
    expect(lines.at(-1)).toBe('PostgreSQL is back, process 2');
  });

  it('leaves a server that dies after the stop', async () => {
    const first = fake(1);
    let starts = 0;
    const supervisor = supervise({
      first,
      pause: () => Promise.resolve(),
      onRestart: () => undefined,
      log: () => undefined,
      start: async () => fake(++starts),
    });
    await supervisor.stop();
    first.die();
    await soon(30);
    expect(starts).toBe(0);
  });

  it('stops while it waits for the next try', async () => {
    const first = fake(1);
    const supervisor = supervise({
      first,
      pause: () => new Promise(() => undefined),
      onRestart: () => undefined,
      log: () => undefined,
      start: () => Promise.reject(new Error('not reached')),
    });
    first.die();
    await soon(20);
    await supervisor.stop();
  });
});
