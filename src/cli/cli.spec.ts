import { OperatorError } from '../platform/errors.ts';
import { buildProgram, runProgram, type CliDeps } from './cli.ts';

function run(args: string[], deps: Partial<CliDeps> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const called: string[] = [];
  const program = buildProgram({
    serve: () => Promise.resolve(void called.push('serve')),
    demo: () => Promise.resolve(void called.push('demo')),
    openStore: () => Promise.reject(new OperatorError('The database does not answer.')),
    version: '1.2.3',
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    isTerminal: false,
    ...deps,
  });
  const running = runProgram(program, args, (line) => err.push(line));
  return running.then((code) => ({ code, out: out.join('\n'), err, called }));
}

describe('the program antics', () => {
  it.each([
    [[], 'serve'],
    [['serve'], 'serve'],
    [['demo'], 'demo'],
  ])('%j runs %s', async (args, command) => {
    expect(await run(args)).toEqual({ code: 0, out: '', err: [], called: [command] });
  });

  it('shows its commands and examples', async () => {
    const { code, out, err } = await run(['--help']);
    expect(code).toBe(0);
    const words = ['serve', 'demo', 'simulate', 'status', 'DATABASE_URL', 'Examples:'];
    expect(words.filter((word) => !out.includes(word))).toEqual([]);
    expect(err).toEqual([]);
  });

  it.each(['simulate', 'status'])('shows what %s takes, with examples', async (command) => {
    const { code, out } = await run([command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: antics ${command} [options]`);
    expect(out).toContain('Examples:');
  });

  it('says its version', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, out: '1.2.3' });
  });

  it.each([
    [['statu'], "unknown command 'statu'"],
    [['--bogus'], "unknown option '--bogus'"],
    [['simulate', '--bogus'], "unknown option '--bogus'"],
    [['simulate', '--hits', 'lots'], 'It must be a whole number'],
    [['simulate', '--days', '0'], 'It must be a whole number from 1 to 1826'],
    [['simulate', 'now'], 'too many arguments'],
    [['status', '--json=1'], 'unknown option'],
  ])('%j is a mistake of usage: exit code 2, and nothing runs', async (args, message) => {
    const { code, out, err, called } = await run(args);
    expect(err[0]).toContain(message);
    expect({ code, out, called }).toEqual({ code: 2, out: '', called: [] });
  });

  it.each(['simulate', 'status'])('%s tells an expected failure in one line, exit code 1', async (command) => {
    expect(await run([command])).toEqual({
      code: 1,
      out: '',
      err: ['antics: The database does not answer.'],
      called: [],
    });
  });

  it('tells the failure of a server that does not start', async () => {
    const refused = Object.assign(new Error('listen EADDRINUSE: 127.0.0.1:8480'), { code: 'EADDRINUSE' });
    const { code, err } = await run([], { serve: () => Promise.reject(refused) });
    expect({ code, err }).toEqual({ code: 1, err: ['antics: listen EADDRINUSE: 127.0.0.1:8480'] });
  });

  it('shows the stack of a bug', async () => {
    const { code, err } = await run([], { serve: () => Promise.reject(new TypeError('x is undefined')) });
    expect(code).toBe(1);
    expect(err[0]).toMatch(/^antics: TypeError: x is undefined\n\s+at /);
  });
});
