import { Command, CommanderError } from 'commander';

import { AnticsError, messageOf } from '../platform/errors.ts';
import { EXIT, ExitCode, Interrupted, type CliDeps } from './cli-deps.ts';
import { addKeys } from './keys/keys.cli.ts';
import { addSignIn } from './sign-in/sign-in.cli.ts';
import { addSimulate } from './simulate/simulate.cli.ts';
import { addStatus } from './status/status.cli.ts';

export type { CliDeps } from './cli-deps.ts';

/** The program `antics`. Run it by `runProgram`, which turns what is thrown into an exit code. */
export function buildProgram(deps: CliDeps): Command {
  const program = new Command('antics')
    .description('Web analytics on an append-only log in PostgreSQL.')
    .version(deps.version)
    .exitOverride() // like what follows, inherited by the commands
    .configureOutput({
      writeOut: (text) => deps.out(text.trimEnd()),
      writeErr: (text) => deps.err(text.trimEnd()),
    })
    .showHelpAfterError('(antics --help shows what there is)')
    .addHelpText('after', HELP);
  program
    .command('serve', { isDefault: true })
    .description('run the server (also without a command)')
    .allowExcessArguments()
    .action((_options: object, command: Command) => {
      // What is no command ends up here, as the default's arguments.
      const [unknown] = command.args;
      if (unknown !== undefined) command.error(`error: unknown command '${unknown}'`);
      return deps.serve();
    });
  program
    .command('demo')
    .description('run the server, with a public demo site and 90 days of simulated traffic')
    .action(() => deps.demo());
  addKeys(program, deps);
  addSignIn(program, deps);
  addSimulate(program, deps);
  addStatus(program, deps);
  return program;
}

const HELP = `
The commands use the database of DATABASE_URL, or else the embedded PostgreSQL in ANTICS_DATA_DIR (default: .antics),
beside a running server or without one.

Examples:
  antics                                        the server on http://127.0.0.1:8480
  antics demo                                   the same with numbers in it
  antics simulate --hits 1000000 --days 90      a million hits on five sites
  antics keys create --name CI --scope admin    an API key, printed this once
  antics sign-in                                a link that signs a browser in, once
  antics projections rebuild all                all figures anew from the log, beside the server
  antics projections verify all                 whether the figures are what the log says
  antics ingest /var/log/caddy/access.log       count what a web server has logged
  antics log verify                             whether any row of the log was changed
  antics status                                 what is in the log and how far the projections are

With npm: npm run antics -- status`;

/** Parses and runs. Answers the exit code; what went wrong has been told on `err`, one line where it was expected. */
export async function runProgram(
  program: Command,
  args: readonly string[],
  err: (line: string) => void,
): Promise<number> {
  try {
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.ok;
  } catch (e) {
    // Commander has written its own message, or the help that was asked for.
    if (e instanceof CommanderError) return e.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (e instanceof Interrupted) return EXIT.interrupted;
    if (e instanceof ExitCode) return e.exitCode;
    err(`antics: ${isExpected(e) || !(e instanceof Error) ? messageOf(e) : (e.stack ?? e.message)}`);
    return EXIT.failed;
  }
}

/** Not a bug of ours: a typed failure, or one of the network, the disk (`ENOENT`) or the database (`53300`). */
function isExpected(thrown: unknown): boolean {
  if (thrown instanceof AnticsError) return true;
  const { code } = thrown as { code?: unknown };
  return typeof code === 'string' && /^(?:E[A-Z]+|[0-9A-Z]{5})$/.test(code);
}
