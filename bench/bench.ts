// How fast Antics is, against something: see README.md here. `npm run bench -- --help` tells the options.
import { Command, InvalidArgumentError } from 'commander';

import { wholeNumber } from '../src/cli/option-values.ts';
import { messageOf } from '../src/platform/errors.ts';
import { formatLines, type Findings } from './figures.ts';
import { benchBeside } from './beside.ts';
import { benchFold } from './fold.ts';
import { benchFreshness } from './freshness.ts';
import { benchIngest } from './ingest.ts';
import { endAll, endOnSignals, isEnding, temporaryFolder } from './lifetime.ts';
import { describeMachine } from './machine.ts';
import { benchQueries } from './queries.ts';
import { benchRebuild } from './rebuild.ts';
import { benchSize } from './size.ts';
import { benchVerify } from './verify.ts';
import { openYear } from './year.ts';

const PARTS = ['ingest', 'fold', 'rebuild', 'beside', 'freshness', 'queries', 'size', 'verify'] as const;
type Part = (typeof PARTS)[number];
const HITS = wholeNumber(1000, 1_000_000_000);

interface Options {
  only: readonly Part[];
  hits: number;
  foldHits: number;
  seconds: number;
  rounds: number;
  rate: number;
  data?: string;
}

function parts(text: string): Part[] {
  return text.split(',').map((name) => {
    const part = PARTS.find((known) => known === name.trim());
    if (part === undefined) throw new InvalidArgumentError(`There is no part ${name}: ${PARTS.join(', ')}.`);
    return part;
  });
}

function readOptions(): Options {
  const program = new Command('bench')
    .description('Measures Antics against its targets and against something simpler, in the same run.')
    .option('--only <parts>', `some of ${PARTS.join(',')}`, parts, [...PARTS])
    .option('--hits <number>', 'hits of the year that fold, rebuild, queries and size work on', HITS, 10_000_000)
    .option('--fold-hits <number>', 'of them, hits to fold at each size of batch', HITS, 1_000_000)
    .option('--data <folder>', 'where that year is kept, and taken from again (default: made and removed)')
    .option('--seconds <number>', 'of one run of ingest; freshness takes twice as long', wholeNumber(1, 600), 10)
    .option('--rounds <number>', 'runs of ingest and its baseline in turn', wholeNumber(1, 99), 3)
    .option('--rate <number>', 'hits a second where the rate is fixed', wholeNumber(1, 100_000), 5000);
  return program.parse().opts<Options>();
}

const findings = new Map<string, Findings>();
let hasFailed = false;

function progress(line: string): void {
  console.error(`  ${line}`);
}

/** A part that fails costs the others nothing but their good name: the exit code tells. */
async function measure(name: string, run: () => Promise<Findings>): Promise<void> {
  if (isEnding()) return;
  try {
    findings.set(name, await run());
  } catch (e) {
    if (isEnding()) return;
    hasFailed = true;
    findings.set(name, { lines: [], notes: [`${name} FAILED: ${messageOf(e)}`] });
    console.error(e);
  }
}

async function measureYear(o: Options): Promise<void> {
  const year = await openYear(o.data ?? (await temporaryFolder()), o.hits, progress);
  findings.set('year', { lines: year.lines, notes: year.notes });
  if (o.only.includes('size')) await measure('size', () => benchSize(year));
  if (o.only.includes('fold')) await measure('fold', () => benchFold(year, { hits: o.foldHits, progress }));
  if (o.only.includes('rebuild')) await measure('rebuild', () => benchRebuild(year, progress));
  if (o.only.includes('queries')) await measure('queries', () => benchQueries(year, progress));
  if (o.only.includes('verify')) await measure('verify', () => benchVerify(year, progress));
  // The last: it appends to the year.
  if (o.only.includes('beside')) await measure('beside', () => benchBeside(year, { seconds: o.seconds * 2, progress }));
  await year.postgres.stop();
}

function print(head: readonly string[]): void {
  const order = ['ingest', 'fold', 'rebuild', 'beside', 'year', 'freshness', 'queries', 'size', 'verify'];
  const inOrder = order.flatMap((name) => findings.get(name) ?? []);
  const lines = inOrder.flatMap((found) => found.lines);
  const missed = lines.filter((line) => line.met === false).length;
  console.log(['', ...head, '', ...formatLines(lines), ''].join('\n'));
  for (const note of inOrder.flatMap((found) => found.notes)) console.log(`- ${note}`);
  console.log(`${lines.filter((line) => line.met).length} targets met, ${missed} not.`);
}

const options = readOptions();
endOnSignals();
try {
  const head = await describeMachine();
  if (options.only.includes('ingest')) await measure('ingest', () => benchIngest({ ...options, progress }));
  if (options.only.includes('freshness')) {
    await measure('freshness', () => benchFreshness({ ...options, seconds: options.seconds * 2, progress }));
  }
  if (options.only.some((part) => part !== 'ingest' && part !== 'freshness')) {
    await measure('year', async () => {
      await measureYear(options);
      return findings.get('year') ?? { lines: [], notes: [] };
    });
  }
  if (!isEnding()) print(head);
} finally {
  await endAll();
}
process.exitCode = hasFailed ? 1 : 0;
