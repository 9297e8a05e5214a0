import { InvalidArgumentError, type Command } from 'commander';
import { diffProjection, diffText } from '../../projections/operate/diff.ts';
import { discardProjection } from '../../projections/operate/discard.ts';
import { promoteProjection } from '../../projections/operate/promote.ts';
import { rollBackProjection } from '../../projections/operate/rollback.ts';
import { diffReport } from '../../projections/operate/reports.ts';
import type { SwitchedProjection } from '../../projections/operate/switch-to.ts';
import { cliActor } from '../store.ts';
import { nameArgument } from './name-argument.ts';
import { withOperator, type OperatorDeps } from './open-operator.ts';
import { siteNumbered } from './site-of.ts';

interface DiffOptions {
  site?: string;
  json?: true;
}

/** What an operator decides of generations, each on record, and reads before. */
export function addDecisions(projections: Command, deps: OperatorDeps): void {
  projections
    .command('diff')
    .description('show what readers would see move, by site and metric, if what is ready served')
    .addArgument(nameArgument())
    .option('--site <id or domain>', 'only this site')
    .option('--json', 'for programs')
    .addHelpText('after', DIFF_HELP)
    .action((name: string, options: DiffOptions) => diff(name, options, deps));
  projections
    .command('promote')
    .description('switch to what is ready though it differs, on record')
    .addArgument(nameArgument())
    .requiredOption('--reason <text>', 'why, for the record', reasonOf)
    .addHelpText('after', PROMOTE_HELP)
    .action((name: string, { reason }: { reason: string }) =>
      withOperator(deps, async (operator) => {
        tellSwitch(await promoteProjection(operator, { name, reason, context: context() }), deps);
      }),
    );
  projections
    .command('rollback')
    .description('switch back to what served before, on record')
    .addArgument(nameArgument())
    .addHelpText('after', ROLLBACK_HELP)
    .action((name: string) =>
      withOperator(deps, async (operator) => {
        tellSwitch(await rollBackProjection(operator, { name, context: context() }), deps);
      }),
    );
  projections
    .command('discard')
    .description('drop what is built or ready, else what served before, on record')
    .addArgument(nameArgument())
    .addHelpText('after', DISCARD_HELP)
    .action((name: string) =>
      withOperator(deps, async (operator) => {
        const { generation, state } = await discardProjection(operator, { name, context: context() });
        deps.out(`Generation ${generation} of ${name}, which was ${state}, is gone.`);
      }),
    );
}

const DIFF_HELP = `
Both are looked at as of the same position of the log, while everything goes on. Without anything ready it compares
what served before, which tells what a rollback would move.

Examples:
  antics projections diff all
  antics projections diff all --site example.com
  antics projections diff all --json | jq '.sites[].summary'`;

const PROMOTE_HELP = `
What served is kept, and folded on, for a rollback; what was kept until then is dropped.

Examples:
  antics projections promote all --reason 'newer list of bots: compared with the server logs of October'
  antics projections promote paths --reason 'paths without trailing slashes'`;

const ROLLBACK_HELP = `
What serves now is kept in its place, so that a rollback can be rolled back.

Examples:
  antics projections rollback all`;

const DISCARD_HELP = `
First what is being built, which ends its rebuild, or is ready; without either, what served before, after which there is
no rollback. What is kept is folded on with every hit: discarding saves that work, and its disk.

Examples:
  antics projections discard all`;

async function diff(name: string, { site, json }: DiffOptions, deps: OperatorDeps): Promise<void> {
  await withOperator(deps, async (operator) => {
    const siteId = await siteNumbered(operator.database.db, site);
    const found = await diffProjection(operator, { name, ...(siteId === undefined ? {} : { siteId }) });
    if (json) deps.out(JSON.stringify(diffReport(found), null, 2));
    else for (const line of diffText(found)) deps.out(line);
  });
}

function reasonOf(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Say why: it is kept on record.');
  return text;
}

function context() {
  return { actor: { name: cliActor(), kind: 'cli' } } as const;
}

function tellSwitch({ name, generation, previous, dropped }: SwitchedProjection, { out }: OperatorDeps): void {
  const kept = previous === null ? '' : ` Generation ${previous} is kept: antics projections rollback ${name}`;
  out(`Generation ${generation} of ${name} serves now.${kept}`);
  // A view's former generation may have stood in the schema of the facts that are kept.
  const gone = dropped.filter((number) => number !== previous && number !== generation);
  if (gone.length > 0) out(`Gone: generation ${gone.join(', ')}, kept until now.`);
}
