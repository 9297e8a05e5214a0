import { InvalidArgumentError, type Command } from 'commander';
import { isCalendarDay } from '../../domain/calendar.ts';
import { AnticsError, InvalidInput, messageOf } from '../../platform/errors.ts';
import { verifyProjection } from '../../projections/operate/verify.ts';
import { ExitCode } from '../cli-deps.ts';
import { number } from '../format.ts';
import { duration } from './format-list.ts';
import { verifyLines } from './format-report.ts';
import { nameArgument } from './name-argument.ts';
import { withOperator, type OperatorDeps } from './open-operator.ts';
import { siteNumbered } from './site-of.ts';

interface VerifyOptions {
  site?: string;
  from?: string;
  to?: string;
  json?: true;
}

/** How `verify` ends: a figure is not what the log says, or that could not be found out. */
const DIFFERENT = 1;
const NOT_VERIFIED = 2;

const TELL_EVERY_MS = 2_000;

export function addVerify(projections: Command, deps: OperatorDeps): void {
  projections
    .command('verify')
    .description('count what serves anew from the log, and list every figure that is another one')
    .addArgument(nameArgument())
    .option('--site <id or domain>', 'only this site')
    .option('--from <day>', 'from this local day on, YYYY-MM-DD', day)
    .option('--to <day>', 'up to and with this local day', day)
    .option('--json', 'the whole report, for programs')
    .addHelpText('after', HELP)
    .action((name: string, options: VerifyOptions) => verify(name, options, deps));
}

const HELP = `
It can run beside a server, and blocks nothing. It knows nothing of how the figures were folded: it counts by
definitions of its own. Exit code: 0 all is as the log says; 1 something is not, listed; 2 it could not be found out.

Examples:
  antics projections verify all
  antics projections verify summary --site example.com --from 2026-11-01 --to 2026-11-30
  antics projections verify all --json | jq '.views[].differences'`;

function day(text: string): string {
  if (!isCalendarDay(text)) throw new InvalidArgumentError('It must be a day such as 2026-11-01.');
  return text;
}

async function verify(name: string, o: VerifyOptions, deps: OperatorDeps): Promise<void> {
  const equal = await withOperator(deps, async ({ database }) => {
    if (o.from !== undefined && o.to !== undefined && o.from > o.to) throw new InvalidInput('--from is after --to.');
    const siteId = await siteNumbered(database.db, o.site);
    const { from, to } = o;
    const onProgress = progress(deps.err);
    const report = await database.db
      .connection()
      .execute((db) => verifyProjection(db, { name, siteId, from, to, onProgress }));
    if (o.json) deps.out(JSON.stringify(report, null, 2));
    else for (const line of verifyLines(report)) deps.out(line);
    return report.equal;
  }).catch((e: unknown) => {
    deps.err(`antics: ${e instanceof AnticsError || !(e instanceof Error) ? messageOf(e) : (e.stack ?? e.message)}`);
    throw new ExitCode(NOT_VERIFIED);
  });
  if (!equal) throw new ExitCode(DIFFERENT);
}

function progress(tell: (line: string) => void): (progress: { hits: number; of: number }) => void {
  const started = performance.now();
  let toldAt = started;
  return ({ hits, of }) => {
    const now = performance.now();
    if (now - toldAt < TELL_EVERY_MS) return;
    toldAt = now;
    const rate = hits / ((now - started) / 1000);
    const left = rate > 0 ? `, ${number(Math.round(rate))}/s, ${duration((of - hits) / rate)} left` : '';
    tell(`${number(hits)} of ${number(of)} hits (${Math.floor((100 * hits) / Math.max(1, of))} %)${left}`);
  };
}
