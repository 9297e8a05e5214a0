import type { Command } from 'commander';
import { readProjections } from '../../projections/operate/list.read.ts';
import { projectionNames } from '../../projections/operate/projection-names.ts';
import { CATALOG } from '../../projections/views.ts';
import { addDecisions } from './decide.cli.ts';
import { projectionTable } from './format-list.ts';
import { withOperator, type OperatorDeps } from './open-operator.ts';
import { addRebuild } from './rebuild.cli.ts';
import { addVerify } from './verify.cli.ts';

export function addProjections(program: Command, deps: OperatorDeps): void {
  const projections = program
    .command('projections')
    .description('list the figures’ generations, rebuild, verify, compare, switch and go back')
    .addHelpText('after', HELP);
  projections
    .command('list')
    .description('show every generation of facts and views: version, state, position, lag, and what rebuilds it')
    .option('--json', 'for programs')
    .addHelpText('after', LIST_HELP)
    .action((options: { json?: true }) => list(options.json === true, deps));
  addRebuild(projections, deps);
  addVerify(projections, deps);
  addDecisions(projections, deps);
}

const HELP = `
Names: ${projectionNames(CATALOG).join(', ')}. "all" is the facts and every view upon them.

Examples:
  antics projections list
  antics projections rebuild all
  antics projections verify all --from 2026-11-01
  antics projections diff all
  antics projections promote all --reason 'newer list of bots'
  antics projections rollback all

antics projections rebuild --help, and so on, says more of each.`;

const LIST_HELP = `
States: building (made in bulk), ready (follows the log, and is not read), serving (what queries read),
previous (served before, and follows the log for a rollback).

Examples:
  antics projections list
  antics projections list --json | jq '.projections[] | select(.state == "serving")'`;

async function list(json: boolean, deps: OperatorDeps): Promise<void> {
  await withOperator(deps, async ({ database }) => {
    const projections = await readProjections(database.db);
    if (json) deps.out(JSON.stringify({ projections }, null, 2));
    else for (const line of projectionTable(projections)) deps.out(line);
  });
}
