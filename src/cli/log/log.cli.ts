import { InvalidArgumentError, type Command } from 'commander';
import { readSealedHead } from '../../log/segments/seal.ts';
import { verifyLog } from '../../log/segments/verify-log.ts';
import type { Config } from '../../platform/config.ts';
import { openDatabase, type Db } from '../../platform/database.ts';
import { AnticsError, messageOf, OperatorError } from '../../platform/errors.ts';
import { ExitCode } from '../cli-deps.ts';
import { number } from '../format.ts';
import { formatHead, formatVerification } from './format-verification.ts';

export interface LogDeps {
  readConfig: () => Config;
  /** Opens the database of the configuration, migrated. */
  openGround: (config: Config, log: (line: string) => void) => Promise<{ url: string; stop(): Promise<void> }>;
  out: (line: string) => void;
  err: (line: string) => void;
}

interface VerifyOptions {
  head?: string;
  json?: true;
}

/** How `log verify` ends: the log is another one than was sealed, or that could not be found out. */
const CHANGED = 1;
const NOT_VERIFIED = 2;

const TELL_EVERY_MS = 2_000;

export function addLog(program: Command, deps: LogDeps): void {
  const log = program
    .command('log')
    .description('prove that no row of the log was changed, removed or added')
    .addHelpText('after', HELP);
  log
    .command('verify')
    .description('hash all that is sealed again, and name every segment that is not as it was sealed')
    .option('--head <hash>', 'a hash that was kept elsewhere, of `antics log head`: it has to be in the chain', hashOf)
    .option('--json', 'for programs')
    .addHelpText('after', VERIFY_HELP)
    .action((options: VerifyOptions) => verify(options, deps));
  log
    .command('head')
    .description('show the last sealed position and the hash over everything up to there')
    .option('--json', 'for programs')
    .addHelpText('after', HEAD_HELP)
    .action((options: { json?: true }) => withOwner(deps, (db) => head(db, options.json === true, deps)));
}

const HELP = `
A worker seals what was appended, within a minute, in segments whose hashes build on one another. Keep the hash of the
last one on another machine, and nobody can change what is before it without being found out.

Examples:
  antics log head
  antics log verify --head 6f56b4620f3c8313786a1b904e6f07ba8a47ea0efe1293e20d6729ba3dbba94a`;

const VERIFY_HELP = `
It can run beside a server. What was not sealed yet is not checked; how much that is, is told.
Exit code: 0 all is as it was sealed; 1 something was changed, each with its segment; 2 it could not be found out.

Examples:
  antics log verify
  antics log verify --head "$(cat /elsewhere/antics-head)"
  antics log verify --json | jq .problems`;

const HEAD_HELP = `
Examples:
  antics log head
  antics log head --json | jq -r .hash > /elsewhere/antics-head`;

function hashOf(text: string): string {
  const hash = text.trim().toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new InvalidArgumentError('It is 64 hexadecimal digits, as `antics log head` shows it.');
  return hash;
}

async function head(db: Db, json: boolean, { out }: LogDeps): Promise<void> {
  const sealed = await readSealedHead(db);
  if (json) {
    const { segment = 0, position = 0, hash = null, closedAt } = sealed ?? {};
    out(JSON.stringify({ segment, position, hash, closed_at: closedAt?.toISOString() ?? null }, null, 2));
    return;
  }
  if (sealed === undefined) throw new OperatorError('Nothing is sealed yet: a worker does it, within a minute.');
  for (const line of formatHead(sealed)) out(line);
}

async function verify(options: VerifyOptions, deps: LogDeps): Promise<void> {
  const isIntact = await withOwner(deps, async (db) => {
    const verification = await verifyLog({
      db,
      ...(options.head === undefined ? {} : { head: options.head }),
      onProgress: progress(deps.err),
    });
    if (options.json) deps.out(JSON.stringify(verification, null, 2));
    else for (const line of formatVerification(verification)) deps.out(line);
    return verification.intact;
  }).catch((e: unknown) => {
    deps.err(`antics: ${e instanceof AnticsError || !(e instanceof Error) ? messageOf(e) : (e.stack ?? e.message)}`);
    throw new ExitCode(NOT_VERIFIED);
  });
  if (!isIntact) throw new ExitCode(CHANGED);
}

function progress(tell: (line: string) => void): (position: number, sealed: number) => void {
  const started = performance.now();
  let toldAt = started;
  return (position, sealed) => {
    const now = performance.now();
    if (now - toldAt < TELL_EVERY_MS) return;
    toldAt = now;
    const share = Math.floor((100 * position) / Math.max(1, sealed));
    const rate = Math.round(position / ((now - started) / 1000));
    const left = Math.ceil((sealed - position) / Math.max(1, rate));
    tell(`position ${number(position)} of ${number(sealed)} (${share} %), ${number(rate)}/s, ${number(left)} s left`);
  };
}

async function withOwner<T>(deps: LogDeps, run: (db: Db) => Promise<T>): Promise<T> {
  const ground = await deps.openGround(deps.readConfig(), deps.err);
  const database = openDatabase({
    url: ground.url,
    max: 3,
    applicationName: 'antics log',
    statementTimeoutMs: 0,
    settings: { work_mem: '32MB' },
    onError: () => undefined, // what runs rejects besides
  });
  try {
    return await run(database.db);
  } finally {
    await database.close();
    await ground.stop();
  }
}
