import { InvalidArgumentError, type Command } from 'commander';
import { NotFound } from '../../platform/errors.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import type { Operator } from '../../projections/operate/operator.ts';
import { discardParked, retryParked } from '../../projections/operate/parked.ts';
import { readParked, type ParkedHit } from '../../projections/operate/parked.read.ts';
import { EXIT, ExitCode } from '../cli-deps.ts';
import { number, printable, table } from '../format.ts';
import { withOperator, type OperatorDeps } from '../projections/open-operator.ts';
import { cliActor } from '../store.ts';

type Which = bigint | 'all';

export function addParked(program: Command, deps: OperatorDeps): void {
  const parked = program
    .command('parked')
    .description('list, retry or discard the hits that could not be folded')
    .addHelpText('after', HELP);
  parked
    .command('list')
    .description('show what is parked: where, since when, why, and what it was')
    .option('--json', 'for programs')
    .addHelpText('after', LIST_HELP)
    .action((options: { json?: true }) => withOperator(deps, (operator) => list(operator, options.json === true, deps)));
  parked
    .command('retry')
    .description('fold a hit once more: it counts as if it had never been parked')
    .argument('<position|all>', 'as `antics parked list` shows it', which)
    .addHelpText('after', RETRY_HELP)
    .action((asked: Which) => withOperator(deps, (operator) => retry(operator, asked, deps)));
  parked
    .command('discard')
    .description('let a hit count nowhere, for good and on record')
    .argument('<position|all>', 'as `antics parked list` shows it', which)
    .addHelpText('after', DISCARD_HELP)
    .action((asked: Which) => withOperator(deps, (operator) => discard(operator, asked, deps)));
}

const HELP = `
A hit that cannot be folded is parked: it stays in the log and is in no figure; everything else goes on.

Examples:
  antics parked list
  antics parked retry all
  antics parked discard 120934

antics parked retry --help, and so on, says more of each.`;

const LIST_HELP = `
Examples:
  antics parked list
  antics parked list --json | jq -r '.parked[].position'`;

const RETRY_HELP = `
It can run beside a server, once the cause is gone: after an update, most likely. A hit that fails again stays parked,
with the new error. Exit code: 0 all are folded; 1 some stay parked.

Examples:
  antics parked retry 120934
  antics parked retry all`;

const DISCARD_HELP = `
The hit stays in the log, which records who discarded it; rebuilds leave it out, too. There is no way back.

Examples:
  antics parked discard 120934
  antics parked discard all`;

function which(text: string): Which {
  if (text === 'all') return text;
  if (!/^[1-9]\d{0,17}$/.test(text)) throw new InvalidArgumentError('It must be a position, or all.');
  return BigInt(text);
}

async function list({ database }: Operator, json: boolean, { out }: OperatorDeps): Promise<void> {
  const parked = await readParked(database.db);
  if (json) out(JSON.stringify({ parked }, null, 2));
  else if (parked.length === 0) out('Nothing is parked.');
  else for (const line of parkedTable(parked)) out(line);
}

/** What is parked for people, a line each, and its error below. */
function parkedTable(parked: readonly ParkedHit[]): string[] {
  const rows = parked.map((hit) => [
    String(hit.position),
    hit.parked_at.replace('T', ' ').slice(0, 19),
    hit.domain ?? '(no site)',
    printable(hit.name === null ? 'page view' : hit.name),
    printable(hit.pathname ?? ''),
    hit.generations.join(', '),
  ]);
  const [head = '', ...lines] = table([['POSITION', 'PARKED', 'SITE', 'WHAT', 'PATH', 'GENERATIONS'], ...rows], [0]);
  return [head, ...lines.flatMap((line, i) => [line, `  ${printable(parked[i]?.error ?? '')}`])];
}

async function retry(operator: Operator, asked: Which, { out, err }: OperatorDeps): Promise<void> {
  const { database, catalog } = operator;
  let left = 0;
  await eachParked(operator, asked, async (position) => {
    const { folded, generations } = await database.db.connection().execute((db) => retryParked(db, catalog, position));
    if (folded) out(`Position ${position} is folded.`);
    else left += 1;
    for (const { generation, error } of generations) {
      if (error !== null) err(`Position ${position} stays parked in generation ${generation}: ${printable(error)}`);
    }
  });
  if (left === 0) return;
  err(`${number(left)} ${left === 1 ? 'stays' : 'stay'} parked. Once the cause is gone, retry; or discard for good.`);
  throw new ExitCode(EXIT.failed);
}

async function discard(operator: Operator, asked: Which, { out }: OperatorDeps): Promise<void> {
  await eachParked(operator, asked, async (position) => {
    const by = { actor: cliActor(), actorKind: 'cli', commandId: uuid7(Date.now()) } as const;
    const { recorded } = await operator.database.db.transaction().execute((tx) => discardParked(tx, position, by));
    out(recorded ? `Position ${position} counts nowhere from now on.` : `Position ${position} was discarded before.`);
  });
}

async function eachParked({ database }: Operator, asked: Which, run: (position: bigint) => Promise<void>): Promise<void> {
  if (asked !== 'all') return run(asked);
  for (const { position } of await readParked(database.db)) {
    await run(BigInt(position)).catch((e: unknown) => {
      // Somebody else was quicker.
      if (!(e instanceof NotFound)) throw e;
    });
  }
}
