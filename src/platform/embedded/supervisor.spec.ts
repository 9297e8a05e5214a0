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
  it('starts a server that died, waiting longer each time that fails', async () => {
    const first = fake(1);
    const second = fake(2);
    const tries: number[] = [];
    const lines: string[] = [];
    const died = Date.now();
    const back = new Promise<void>((resolve) => {
      const supervisor = supervise({
        first,
        firstWaitMs: 20,
        onRestart: () => {
          expect(supervisor.current().pid).toBe(2);
          resolve(supervisor.stop());
        },
        log: (line) => lines.push(line),
        start: async () => {
          if (tries.push(Date.now() - died) < 3) throw new Error('no memory');
          return second;
        },
      });
    });
    first.die();
    await back;
    const [a = 0, b = 0, c = 0] = tries;
    expect(b - a).toBeGreaterThanOrEqual(35);
    expect(c - b).toBeGreaterThanOrEqual(75);
    expect(lines).toContain('PostgreSQL did not start: no memory');
    expect(lines.at(-1)).toBe('PostgreSQL is back, process 2');
  });

  it('leaves a server that dies after the stop', async () => {
    const first = fake(1);
    let starts = 0;
    const supervisor = supervise({
      first,
      firstWaitMs: 1,
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
      firstWaitMs: 60_000,
      onRestart: () => undefined,
      log: () => undefined,
      start: () => Promise.reject(new Error('not reached')),
    });
    first.die();
    await soon(20);
    await supervisor.stop();
  });
});
