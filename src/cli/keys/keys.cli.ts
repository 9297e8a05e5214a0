import { Option, type Command } from 'commander';
import type { CommandContext } from '../../commands/command-context.ts';
import type { IssuedApiKey, KeyIssuer, NewApiKey } from '../../commands/issue-api-key/issue-api-key.command.ts';
import { issueApiKey } from '../../commands/issue-api-key/issue-api-key.ts';
import { revokeApiKey } from '../../commands/revoke-api-key/revoke-api-key.ts';
import { SCOPES } from '../../domain/api-key.ts';
import { EVERYTHING } from '../../domain/sight.ts';
import { isUuid } from '../../domain/uuid.ts';
import { readApiKeys, type ApiKeyRow } from '../../models/api-keys/api-key.read.ts';
import { systemClock } from '../../platform/clock.ts';
import { InvalidInput, NotFound } from '../../platform/errors.ts';
import type { CliDeps } from '../cli-deps.ts';
import { cliActor, type Store } from '../store.ts';
import { duration, momentFrom } from './duration.ts';
import { forTerminal, keyTable, keyToJson } from './key-table.ts';
import { siteIdsOf } from './sites-of.ts';

/** Whoever has the database may do everything. */
const OPERATOR: KeyIssuer = { scopes: ['admin'], sight: EVERYTHING };

interface CreateOptions {
  name?: string;
  scope?: string[];
  account?: string;
  site: string[];
  expires?: string;
  json?: true;
}

interface RotateOptions {
  grace: number;
  expires?: string;
  json?: true;
}

export function addKeys(program: Command, deps: CliDeps): void {
  const keys = program
    .command('keys')
    .description('issue, list, revoke and rotate API keys')
    .addHelpText('after', HELP);
  keys
    .command('create')
    .description('issue a key, and print it: it is shown this once')
    .option('--name <name>', 'what it is for (default: the account, or "command line")')
    .addOption(scopeOption())
    .option('--account <name>', 'managed mode: it sees the sites of this account only')
    .option('--site <id or domain...>', 'limit it to these sites (default: all)', [])
    .option('--expires <when>', 'a time (ISO 8601), or how long from now: 90d, 12h', momentFrom(systemClock))
    .option('--json', 'all of it as JSON, for programs')
    .addHelpText('after', CREATE_HELP)
    .action((options: CreateOptions) => withStore(deps, (store) => create(store, options, deps)));
  keys
    .command('list')
    .description('show all keys that are not revoked')
    .option('--json', 'for programs')
    .addHelpText('after', LIST_HELP)
    .action((options: { json?: true }) => withStore(deps, (store) => list(store, options.json === true, deps)));
  keys
    .command('revoke')
    .description('revoke a key: it works nowhere after a second')
    .argument('<id>', 'as `antics keys list` shows it')
    .addHelpText('after', REVOKE_HELP)
    .action((id: string) => withStore(deps, (store) => revoke(store, id, deps)));
  keys
    .command('rotate')
    .description('issue a key like this one, print it, and revoke this one')
    .argument('<id>', 'as `antics keys list` shows it')
    .option('--grace <duration>', 'how long the old key is still good: seconds, or 10m, 12h, 7d', duration, 0)
    .option('--expires <when>', 'when the new key expires (default: as the old one)', momentFrom(systemClock))
    .option('--json', 'all of the new key as JSON, for programs')
    .addHelpText('after', ROTATE_HELP)
    .action((id: string, options: RotateOptions) => withStore(deps, (store) => rotate(store, id, options, deps)));
}

const HELP = `
Examples:
  antics keys create --name Grafana --scope stats:read
  antics keys list
  antics keys rotate 01938b7a-0000-7000-8000-000000000000 --grace 1h

antics keys create --help, and so on, says more of each.`;

const CREATE_HELP = `
Standard output is the key and nothing else. Only its hash is stored: nobody can show it again.

Examples:
  antics keys create --name Grafana --scope stats:read --site example.com --expires 90d
  antics keys create --name backend --scope events:write stats:read --site example.com blog.example.com
  antics keys create --account acme
  KEY=$(antics keys create --name script --scope sites:write)`;

const LIST_HELP = `
Examples:
  antics keys list
  antics keys list --json | jq '.keys[] | select(.last_used_at == null)'`;

const REVOKE_HELP = `
Examples:
  antics keys revoke 01938b7a-0000-7000-8000-000000000000`;

const ROTATE_HELP = `
The new key has the name, scopes, sites and account of the old one. Standard output is the new key and nothing else.

Examples:
  antics keys rotate 01938b7a-0000-7000-8000-000000000000
  antics keys rotate 01938b7a-0000-7000-8000-000000000000 --grace 1h
  antics keys rotate 01938b7a-0000-7000-8000-000000000000 --grace 7d --expires 365d`;

function scopeOption(): Option {
  return new Option('--scope <scope...>', 'what it is good for; admin includes the others (with --account, the default)').choices(SCOPES);
}

async function withStore(deps: CliDeps, run: (store: Store) => Promise<void>): Promise<void> {
  const store = await deps.openStore();
  try {
    await run(store);
  } finally {
    await store.close();
  }
}

async function create(store: Store, o: CreateOptions, deps: CliDeps): Promise<void> {
  const site_ids = await siteIdsOf(store.db, o.site);
  // The first key of an account is its owner's, who issues further ones. No other key is an admin's unasked.
  const scopes = o.scope ?? (o.account === undefined ? undefined : ['admin']);
  if (scopes === undefined) throw new InvalidInput(`--scope says what the key is good for: ${SCOPES.join(', ')}.`);
  const name = o.name ?? o.account ?? 'command line';
  const wanted = { name, scopes, site_ids, expires_at: o.expires, account: o.account };
  tellIssued(await issue(store, wanted), o.json === true, deps);
}

async function list(store: Store, json: boolean, deps: CliDeps): Promise<void> {
  const keys = await readApiKeys(store.db, EVERYTHING);
  if (json) {
    deps.out(JSON.stringify({ keys: keys.map(keyToJson) }, null, 2));
    return;
  }
  for (const line of keyTable(keys, systemClock())) deps.out(line);
}

async function revoke(store: Store, id: string, deps: CliDeps): Promise<void> {
  const { name } = await revokeApiKey(store.db, { id, sight: EVERYTHING }, context(), systemClock);
  deps.err(`Revoked ${forTerminal(name)}: it works nowhere after a second.`);
}

/** The new one is there before the old one goes: whatever comes between, nobody is left without. */
async function rotate(store: Store, id: string, o: RotateOptions, deps: CliDeps): Promise<void> {
  const old = await readKey(store, id);
  const { name, scopes, site_ids, account } = old;
  const expires_at = o.expires ?? old.expires_at?.toISOString();
  tellIssued(await issue(store, { name, scopes, site_ids, account, expires_at }), o.json === true, deps);
  const ended = await revokeApiKey(store.db, { id, sight: EVERYTHING, graceMs: o.grace }, context(), systemClock);
  deps.err(o.grace === 0 ? `Revoked ${old.id}.` : `${old.id} is good until ${ended.ends_at}.`);
}

async function readKey(store: Store, id: string): Promise<ApiKeyRow> {
  const [key] = isUuid(id) ? await readApiKeys(store.db, EVERYTHING, id) : [];
  if (key === undefined) throw new NotFound('There is no such key.');
  if (key.expires_at !== null && key.expires_at.getTime() <= systemClock()) {
    throw new InvalidInput('This key has expired: issue another one with "antics keys create".');
  }
  return key;
}

function issue(store: Store, key: NewApiKey): Promise<IssuedApiKey> {
  return issueApiKey(store.db, key, OPERATOR, context(), systemClock);
}

function tellIssued({ version: _, ...issued }: IssuedApiKey, json: boolean, { out, err }: CliDeps): void {
  if (json) out(JSON.stringify({ ...issued, last_used_at: null }, null, 2));
  else out(issued.key ?? '');
  const until = issued.expires_at === null ? '' : `, good until ${issued.expires_at}`;
  err(`Issued ${issued.id} for ${forTerminal(issued.name)}${until}. It is shown this once: keep it.`);
}

function context(): CommandContext {
  return { actor: { name: cliActor(), kind: 'cli' } };
}
