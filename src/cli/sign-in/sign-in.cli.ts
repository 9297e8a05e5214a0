import { InvalidArgumentError, type Command } from 'commander';
import { makeSignInLink, signInUrl } from '../../commands/make-sign-in-link/make-sign-in-link.ts';
import { revokeSession } from '../../commands/revoke-session/revoke-session.ts';
import { readLiveSessions } from '../../models/sessions/session.read.ts';
import { systemClock } from '../../platform/clock.ts';
import { NotFound } from '../../platform/errors.ts';
import type { CliDeps } from '../cli-deps.ts';
import { cliActor, type Store } from '../store.ts';

interface SignInOptions {
  revoke?: true;
  baseUrl?: string;
}

export function addSignIn(program: Command, deps: CliDeps): void {
  program
    .command('sign-in')
    .description('print a link that signs a browser in as an admin: good once, for 15 minutes')
    .option('--base-url <url>', 'address under which the browser reaches the server', baseUrl)
    .option('--revoke', 'instead end all sessions, and links that are not used yet')
    .addHelpText('after', HELP)
    .action((options: SignInOptions) => run(options, deps));
}

const HELP = `
The server may run or not: open the link when it does. The session lasts 30 days, or 7 days without use.

Examples:
  antics sign-in
  antics sign-in --base-url https://stats.example.com
  xdg-open "$(antics sign-in)"
  antics sign-in --revoke                       signs everybody out`;

function baseUrl(text: string): string {
  const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
  if (url === null || url.search !== '' || url.hash !== '') {
    throw new InvalidArgumentError('It must be a URL such as https://stats.example.com.');
  }
  return text;
}

async function run(options: SignInOptions, deps: CliDeps): Promise<void> {
  const store = await deps.openStore();
  try {
    if (options.revoke === true) deps.out(await revokeAll(store));
    else deps.out(await makeLink(store, options.baseUrl ?? store.baseUrl));
  } finally {
    await store.close();
  }
}

async function makeLink(store: Store, address: string): Promise<string> {
  const link = await makeSignInLink(store.db, { actor: { name: cliActor(), kind: 'cli' } }, systemClock);
  return signInUrl(address, link);
}

/** What has ended, in words. */
async function revokeAll(store: Store): Promise<string> {
  const { sessions, links } = await readLiveSessions(store.db, new Date(systemClock()));
  const ended = [await revokeEach(store, sessions), await revokeEach(store, links)] as const;
  return `Revoked ${count(ended[0], 'session')} and ${count(ended[1], 'open link')}.`;
}

async function revokeEach(store: Store, ids: readonly string[]): Promise<number> {
  const context = { actor: { name: cliActor(), kind: 'cli' } } as const;
  let revoked = 0;
  for (const id of ids) {
    try {
      await revokeSession(store.db, id, context, systemClock);
      revoked += 1;
    } catch (e) {
      if (!(e instanceof NotFound)) throw e; // it has ended meanwhile
    }
  }
  return revoked;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
