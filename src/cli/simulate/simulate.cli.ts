import type { Command } from 'commander';

import { Interrupted, type CliDeps } from '../cli-deps.ts';
import { number, table } from '../format.ts';
import { interruptible } from '../interrupt.ts';
import { wholeNumber } from '../option-values.ts';
import { cliActor } from '../store.ts';
import { startProgress } from './progress.ts';
import { simulate, type Simulated } from './simulate.ts';

interface Options {
  hits: number;
  days: number;
  sites: number;
  seed: number;
  paths?: number;
}

export function addSimulate(program: Command, deps: CliDeps): void {
  program
    .command('simulate')
    .description('append simulated traffic to the log, as if it had happened over the last days')
    .option('--hits <number>', 'rows to append, most of them page views', wholeNumber(1, 10_000_000_000), 100_000)
    .option('--days <number>', 'days over which they happened, up to now', wholeNumber(1, 1826), 30)
    .option('--sites <number>', 'sites; those that are missing are made', wholeNumber(1, 500), 5)
    .option('--seed <number>', 'same seed, same traffic (but new visitors)', wholeNumber(0, 4_294_967_295), 1)
    .option('--paths <number>', 'pages of the largest site (default: by hits, at most 20000)', wholeNumber(1, 100_000))
    .addHelpText('after', HELP)
    .action((options: Options) => run(options, deps));
}

const HELP = `
The first site is demo.example and gets half of the hits. Each run adds to what is there, with visitors of its own.
Ctrl-C ends it after the hits that are on their way.

Examples:
  antics simulate                                      100,000 hits of the last 30 days
  antics simulate --hits 10M --days 365 --sites 20     a year of twenty sites
  antics simulate --hits 50k --days 1 --seed 7         a busy day`;

async function run(options: Options, deps: CliDeps): Promise<void> {
  const store = await deps.openStore();
  try {
    const progress = startProgress(options.hits, deps.isTerminal, deps.err);
    const [result, isCut] = await interruptible(async (signal) => {
      try {
        const settings = { ...options, actor: cliActor(), signal, onProgress: progress.update };
        return [await simulate(store.db, settings), signal.aborted] as const;
      } finally {
        progress.stop();
      }
    });
    for (const line of summary(result, store.baseUrl)) deps.out(line);
    if (isCut && result.appended + result.rejected < options.hits) {
      deps.err(`interrupted: ${number(options.hits - result.appended)} hits were not appended`);
      throw new Interrupted('interrupted');
    }
  } finally {
    await store.close();
  }
}

function summary({ sites, appended, rejected, seconds }: Simulated, baseUrl: string): string[] {
  const perSecond = number(Math.round(appended / seconds));
  return [
    `Appended ${number(appended)} hits to ${sites.length} site${sites.length === 1 ? '' : 's'} ` +
      `in ${seconds.toFixed(1)} s (${perSecond}/s).`,
    ...(rejected > 0 ? [`${number(rejected)} were refused, as their site was deleted meanwhile.`] : []),
    '',
    ...table([
      ['SITE', 'ID', 'TIME ZONE', ''],
      ...sites.map((site) => [site.domain, site.id, site.timezone, site.isNew ? 'new' : '']),
    ]),
    '',
    'See them, with a server running (npm start) and an API key in $KEY:',
    `  curl -H "Authorization: Bearer $KEY" '${baseUrl}/api/stats/${sites[0]?.id ?? ''}?period=30d'`,
  ];
}
