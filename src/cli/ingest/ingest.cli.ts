import { Argument, Option, type Command } from 'commander';
import { openCountries } from '../../commands/record-hits/country.ts';
import { followFile } from '../../commands/record-hits/log-lines/follow-file.ts';
import { ingestFile, logReader, type LogReader } from '../../commands/record-hits/log-lines/ingest-file.ts';
import { noOutcomes } from '../../commands/record-hits/log-lines/outcomes.ts';
import { siteDirectory, type DirectorySite, type SiteDirectory } from '../../commands/record-hits/site-directory.ts';
import { FORMAT_NAMES, type FormatName } from '../../domain/access-log/access-line.ts';
import type { Config } from '../../platform/config.ts';
import { messageOf, OperatorError } from '../../platform/errors.ts';
import { Interrupted, type CliDeps } from '../cli-deps.ts';
import { interruptible } from '../interrupt.ts';
import type { Store } from '../store.ts';
import { noteTaker, type Notes } from './notes.ts';
import { reportLines, reportOf } from './report.ts';
import { startIngestProgress } from './progress.ts';

export interface IngestDeps extends Pick<CliDeps, 'openStore' | 'out' | 'err' | 'isTerminal'> {
  readConfig: () => Config;
}

interface Options {
  site?: string;
  format?: FormatName;
  follow?: true;
  besideTracker?: true;
  json?: true;
}

export function addIngest(program: Command, deps: IngestDeps): void {
  program
    .command('ingest')
    .description('count the page views in access logs, each line once however often it is given')
    .addArgument(new Argument('<files...>', 'plain, or packed by gzip'))
    .option('--site <id or domain>', 'all lines are of this site (default: of the sites of their hosts)')
    .addOption(new Option('--format <name>', 'what the lines look like (default: told from the first ones)').choices(FORMAT_NAMES))
    .option('--follow', 'go on with what is written to the file, until Ctrl-C')
    .option('--beside-tracker', 'count lines also of days on which the site counts itself: people count twice')
    .option('--json', 'the outcome as JSON, an object a file')
    .addHelpText('after', HELP)
    .action((files: string[], options: Options) => run(files, options, deps));
}

const HELP = `
A page view is a GET that was answered by 2xx and is no asset; docs/tracker.md has the rules. Of days on which the site's
pages send hits themselves, and of the days after them, no line counts. How far a file is read is kept with the hits: cut
off anywhere it is gone on with, and a file that is given again, renamed or packed, adds only what is new in it.

Examples:
  antics ingest /var/log/caddy/access.log                              hosts that are sites
  antics ingest --site example.com /var/log/nginx/access.log*          all of it is example.com's
  antics ingest --follow /var/log/caddy/access.log                     as tail -F does
  antics ingest --json old.log.gz | jq .outcomes`;

async function run(files: readonly string[], options: Options, deps: IngestDeps): Promise<void> {
  if (options.follow === true && files.length > 1) throw new OperatorError('--follow takes one file.');
  const config = deps.readConfig();
  const countryOf = await openCountries(config.geoipFile);
  const store = await deps.openStore();
  const log = { warn: () => undefined, info: () => undefined };
  const sites = siteDirectory(store.db, log);
  try {
    await sites.start();
    const site = options.site === undefined ? null : siteNamed(sites, options.site);
    const open = (notes: Notes): LogReader =>
      logReader({
        db: store.db,
        sites,
        site,
        countryOf,
        format: options.format,
        isBesideTracker: options.besideTracker ?? config.logBesideTracker,
        ...notes,
      });
    if (options.follow === true) await follow(files[0] ?? '', open, options, deps);
    else await ingestAll(files, open, options, deps, store);
  } finally {
    sites.stop();
    await store.close();
  }
}

function siteNamed(sites: SiteDirectory, name: string): DirectorySite {
  const site = sites.named(name);
  if (site === undefined) throw new OperatorError(`There is no site ${name}: it is registered first, by POST /api/sites.`);
  return site;
}

type OpenReader = (notes: Notes) => LogReader;

async function ingestAll(
  files: readonly string[],
  open: OpenReader,
  { json }: Options,
  deps: IngestDeps,
  store: Store,
): Promise<void> {
  const isCut = await interruptible(async (signal) => {
    for (const path of files) {
      if (signal.aborted) break;
      const progress = await startIngestProgress(path, deps.isTerminal && json !== true, deps.err);
      const notes = noteTaker(path, progress);
      const started = performance.now();
      const ingested = await ingestFile(path, open(notes), signal).finally(() => progress.stop());
      const report = reportOf(path, ingested, notes, (performance.now() - started) / 1000);
      if (json === true) deps.out(JSON.stringify(report));
      else for (const line of reportLines(report, store.baseUrl)) deps.out(line);
    }
    return signal.aborted;
  });
  if (!isCut) return;
  deps.err('interrupted: the same command goes on from here');
  throw new Interrupted('interrupted');
}

/** Ctrl-C is how it ends, and no failure. */
async function follow(path: string, open: OpenReader, { json }: Options, deps: IngestDeps): Promise<void> {
  const progress = await startIngestProgress(path, false, deps.err);
  const notes = noteTaker(path, progress);
  const soFar = { lines: 0, outcomes: noOutcomes() };
  const started = performance.now();
  await interruptible(async (signal) => {
    const onHindrance = (message: string | null): void =>
      deps.err(message === null ? `Following ${path}. Ctrl-C ends it.` : `Waiting: ${messageOf(new Error(message))}`);
    await followFile({ path, reader: open(notes), signal, soFar, onHindrance });
  }).finally(() => progress.stop());
  const before = { lines: 0, position: 0, siteId: null, leftOut: 0 };
  const report = reportOf(path, { ...soFar, state: 'read', before }, notes, (performance.now() - started) / 1000);
  if (json === true) deps.out(JSON.stringify(report));
  else for (const line of reportLines(report)) deps.out(line);
}
