import { createShutdown, type Shutdown } from './shutdown.ts';

describe('the shutdown', () => {
  const lines: string[] = [];
  const codes: number[] = [];
  const make = (limitMs?: number): Shutdown =>
    createShutdown({
      log: (line) => lines.push(line),
      exit: (code) => codes.push(code),
      ...(limitMs === undefined ? {} : { limitMs }),
    });

  beforeEach(() => {
    lines.length = 0;
    codes.length = 0;
  });

  it('stops what started last first, one after the other, each once', async () => {
    const done: string[] = [];
    const shutdown = make();
    shutdown.register('database', async () => void done.push('database'));
    shutdown.register('server', async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      done.push('server');
    });
    await Promise.all([shutdown.run('a test'), shutdown.run('again')]);
    expect(done).toEqual(['server', 'database']);
    expect(codes).toEqual([0]);
    expect(lines).toEqual(['stopping: a test', 'stopped']);
  });

  it('goes on after a step that fails, and says so by its exit code', async () => {
    const shutdown = make();
    let reached = false;
    shutdown.register('database', async () => void (reached = true));
    shutdown.register('server', () => Promise.reject(new Error('stuck')));
    await shutdown.run('a test');
    expect(reached).toBe(true);
    expect(codes).toEqual([1]);
    expect(lines).toContain('server did not stop cleanly: stuck');
  });

  it('gives up after its limit and names the step', async () => {
    const shutdown = make(20);
    shutdown.register('queue', () => new Promise(() => undefined));
    void shutdown.run('a test');
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(codes).toEqual([1]);
    expect(lines.at(-1)).toBe('not stopped after 0.02 s, giving up at: queue');
  });
});
