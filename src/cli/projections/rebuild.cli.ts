import type { Command } from 'commander';
import { listedRebuild } from '../../projections/operate/list.read.ts';
import { comparisonReport, type ComparisonReport } from '../../projections/operate/reports.ts';
import { requestRebuild } from '../../projections/rebuild/request.ts';
import { readComparison, type RebuildProgress } from '../../projections/rebuild/rebuilds.read.ts';
import { workOnRebuild } from '../../projections/rebuild/work.ts';
import type { Comparison } from '../../projections/compare/comparison.ts';
import { EXIT, ExitCode, Interrupted } from '../cli-deps.ts';
import { number, printable } from '../format.ts';
import { interruptible } from '../interrupt.ts';
import { cliActor } from '../store.ts';
import { comparisonLines } from './format-comparison.ts';
import { duration } from './format-list.ts';
import { nameArgument } from './name-argument.ts';
import { withOperator, type CliOperator, type OperatorDeps } from './open-operator.ts';
import { tellRebuild } from './rebuild-progress.ts';
import { siteNumbered } from './site-of.ts';

export interface RebuildOptions {
  site?: string;
  json?: true;
}

/** It is built, and not switched to. */
const DIFFERENT = 2;

export function addRebuild(projections: Command, deps: OperatorDeps): void {
  projections
    .command('rebuild')
    .description('build anew from the log beside what serves, compare, and switch where nothing differs')
    .addArgument(nameArgument())
    .option('--site <id or domain>', 'only this site; all others are taken over as they are')
    .option('--json', 'progress and outcome as JSON, an object a line')
    .addHelpText('after', HELP)
    .action((name: string, options: RebuildOptions) => rebuild(name, options, deps));
}

/** The same under its old name. */
export function addRebuildAlias(program: Command, deps: OperatorDeps): void {
  program
    .command('rebuild')
    .description('the same as "projections rebuild all"')
    .option('--site <id or domain>', 'only this site; all others are taken over as they are')
    .option('--json', 'progress and outcome as JSON, an object a line')
    .addHelpText('after', '\nExamples:\n  antics rebuild\n\nantics projections rebuild --help says more.')
    .action((options: RebuildOptions) => rebuild('all', options, deps));
}

const HELP = `
It runs beside a server, which answers from the former figures until the switch, or without one. What is being rebuilt,
or was interrupted, is gone on with, by everybody who asks for it together: workers, and this command.
Exit code: 0 it serves; 2 it is built and differs from what serves, which goes on serving: the differences are printed,
and promote or discard is yours to decide; 1 an error.

Examples:
  antics projections rebuild all
  antics projections rebuild paths
  antics projections rebuild all --site example.com
  antics projections rebuild all --json | jq -r .percent`;

async function rebuild(name: string, options: RebuildOptions, deps: OperatorDeps): Promise<void> {
  const outcome = await withOperator(deps, (operator) =>
    interruptible(async (signal) => {
      const ended = await workOn(operator, name, options, deps, signal);
      if (ended.state !== 'different') return { ended, comparison: null };
      const found = (await readComparison(operator.database.db, ended.rebuild_id)) as Comparison | null;
      return { ended, comparison: found === null ? null : comparisonReport(found) };
    }),
  );
  tellOutcome(outcome, options.json === true, deps);
}

async function workOn(
  { database, catalog, spamHosts, url }: CliOperator,
  name: string,
  { site, json }: RebuildOptions,
  deps: OperatorDeps,
  signal: AbortSignal,
): Promise<RebuildProgress> {
  const siteId = await siteNumbered(database.db, site);
  const asked = { name, ...(siteId === undefined ? {} : { siteId }), actor: { name: cliActor(), kind: 'cli' } as const };
  const { rebuildId, joined } = await database.db.transaction().execute((tx) => requestRebuild(tx, asked));
  if (joined) deps.err(`Rebuild ${rebuildId} of ${name} is on its way: going on with it.`);
  const teller = tellRebuild(deps.isTerminal && json !== true, json === true ? () => undefined : deps.err);
  const onProgress = (progress: RebuildProgress): void => {
    const rebuild = listedRebuild(progress);
    if (json === true) deps.out(JSON.stringify({ type: 'progress', ...rebuild }));
    else teller.update(rebuild);
  };
  const onMessage = json === true ? deps.err : teller.say;
  const options = { url, catalog, spamHosts, signal, onProgress, onMessage };
  const ended = await workOnRebuild(rebuildId, options).finally(() => teller.stop());
  if (ended.state === 'running') {
    deps.err(`Left. Workers go on with it; without one, antics projections rebuild ${name} resumes it where it is.`);
    throw new Interrupted('interrupted');
  }
  return ended;
}

interface Outcome {
  ended: RebuildProgress;
  comparison: ComparisonReport | null;
}

function tellOutcome({ ended, comparison }: Outcome, json: boolean, { out, err }: OperatorDeps): void {
  const { state, name, generation, seconds, position, error } = ended;
  if (json) {
    const { differences } = ended;
    out(JSON.stringify({ type: 'outcome', ...listedRebuild(ended), generation, position, seconds, differences, comparison }));
  }
  if (state === 'switched') {
    const text = `Generation ${generation} of ${name} serves now: position ${number(position)}, in ${duration(seconds)}.`;
    if (!json) out(`${text} What served before is kept: antics projections rollback ${name}`);
    return;
  }
  if (state === 'different') {
    if (!json) for (const line of comparison === null ? [] : comparisonLines(comparison)) out(line);
    if (!json && error !== null) out(printable(error));
    if (!json) for (const line of whatToDo(name)) out(line);
    throw new ExitCode(DIFFERENT);
  }
  const why = error === null ? '' : `: ${printable(error)}`;
  err(`antics: rebuild ${ended.rebuild_id} of ${name} ${state === 'failed' ? 'failed' : 'was discarded'}${why}`);
  throw new ExitCode(EXIT.failed);
}

/** What an operator decides, of what differs. */
export function whatToDo(name: string): string[] {
  return [
    '',
    'It is built, follows the log, and does not serve. Yours to decide:',
    `  antics projections diff ${name}                     compare it as it is now`,
    `  antics projections promote ${name} --reason '…'     let it serve, on record`,
    `  antics projections discard ${name}                  drop it`,
  ];
}
