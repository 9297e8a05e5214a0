import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { given } from '../../../test/given.ts';
import { ensureAdminKey } from '../../commands/issue-api-key/ensure-admin-key.ts';
import { hashApiKey } from '../../domain/api-key.ts';
import { readApiKeyByHash, type ApiKeyRow } from '../../models/api-keys/api-key.read.ts';
import { openDatabase, type Database } from '../../platform/database.ts';
import { buildProgram, runProgram } from '../cli.ts';
import { cliActor } from '../store.ts';

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase({ url: testDatabase.url, max: 2, applicationName: 'test', onError: () => undefined });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

async function run(...args: string[]): Promise<{ code: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const store = { db: database.db, place: 'test', dataDir: '/nowhere', baseUrl: 'http://x', close: () => Promise.resolve() };
  const program = buildProgram({
    serve: () => Promise.resolve(),
    demo: () => Promise.resolve(),
    openStore: () => Promise.resolve(store),
    version: '1',
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    isTerminal: false,
  });
  const code = await runProgram(program, ['keys', ...args], (line) => err.push(line));
  return { code, out, err };
}

const stored = (key: string): Promise<ApiKeyRow | undefined> => readApiKeyByHash(database.db, hashApiKey(key));

/** The row of the key that a successful command printed, which is all of its standard output. */
async function created(...args: string[]): Promise<ApiKeyRow> {
  const { code, out, err } = await run(...args);
  if (code !== 0) throw new Error(err.join('\n'));
  expect(out).toEqual([expect.stringMatching(/^antics_[\w-]{43}$/)]);
  expect(err.join('\n')).not.toContain(out[0]);
  const row = await stored(out[0] ?? '');
  if (row === undefined) throw new Error('the key that was printed is not there');
  return row;
}

describe('antics keys create', () => {
  it('prints the key alone, and says on standard error what it is', async () => {
    const row = await created('create', '--name', 'Grafana', '--scope', 'stats:read', 'events:write');
    expect(row).toMatchObject({
      name: 'Grafana',
      scopes: ['stats:read', 'events:write'],
      account: null,
      site_ids: null,
      expires_at: null,
    });
    const event = await database.db
      .selectFrom('log_events')
      .select(['actor', 'actor_kind', 'command'])
      .where('stream', '=', `key:${row.id}`)
      .executeTakeFirstOrThrow();
    expect(event).toEqual({ actor: cliActor(), actor_kind: 'cli', command: 'IssueApiKey' });
  });

  it('limits it to sites by id or domain, an account and a time', async () => {
    const [a, b] = [await given(database.db).site(), await given(database.db).site()];
    const row = await created('create', '--name', 'x', '--scope', 'admin', '--site', a.id, `https://${b.domain}/`, '--expires', '90d');
    expect(row.site_ids).toEqual([a.id, b.id]);
    expect(Math.abs((row.expires_at?.getTime() ?? 0) - Date.now() - 90 * 86_400_000)).toBeLessThan(60_000);
    expect((await created('create', '--name', 'x', '--scope', 'admin', '--account', 'acme')).account).toBe('acme');
    expect(await created('create', '--account', 'lim')).toMatchObject({ name: 'lim', scopes: ['admin'], account: 'lim' });
  });

  it('prints all of it as JSON', async () => {
    const { out } = await run('create', '--name', 'x', '--scope', 'admin', '--json');
    const { key, ...rest } = JSON.parse(out.join('\n')) as { key: string };
    expect(key).toMatch(/^antics_/);
    expect(rest).toMatchObject({ name: 'x', scopes: ['admin'], last_used_at: null });
    expect(Object.keys(rest)).not.toContain('version');
  });

  it.each([
    [['create', '--name', 'x'], 1, '--scope'],
    [['create', '--name', 'x', '--scope', 'root'], 2, 'stats:read'],
    [['create', '--name', ' ', '--scope', 'admin'], 1, 'name must be'],
    [['create', '--name', 'x', '--scope', 'admin', '--expires', 'soon'], 1, 'expires_at must be'],
    [['create', '--name', 'x', '--scope', 'admin', '--site', 'nowhere.example'], 1, 'no site "nowhere.example"'],
    [['revoke'], 2, 'id'],
    [['revoke', 'x'], 1, 'no such key'],
    [['rotate', '01938b7a-0000-7000-8000-000000000000'], 1, 'no such key'],
    [['rotate', 'x', '--grace', 'soon'], 2, '10m'],
    [['bogus'], 2, 'bogus'],
  ])('%j fails with %d, and says why', async (args, code, why) => {
    const failed = await run(...args);
    expect(failed).toMatchObject({ code, out: [] });
    expect(failed.err.join('\n')).toContain(why);
  });
});

describe('antics keys list', () => {
  it('shows keys, and nothing that a terminal would act on', async () => {
    const { id, hash } = await created('create', '--name', 'evil\u001b[2J\nname', '--scope', 'admin');
    const { out } = await run('list');
    expect(out[0]).toMatch(/^ID\s+NAME\s+ACCOUNT/);
    expect(out.find((line) => line.startsWith(id))).toContain('evil [2J name');
    expect(out.join('')).not.toContain('\u001b');
    const json = (await run('list', '--json')).out.join('\n');
    expect((JSON.parse(json) as { keys: { id: string }[] }).keys.map((key) => key.id)).toContain(id);
    expect(json).not.toContain(hash.toString('hex'));
    expect(json).not.toContain('hash');
  });
});

describe('antics keys revoke', () => {
  it('revokes, and a second time there is no such key', async () => {
    const { id, hash } = await created('create', '--name', 'x', '--scope', 'admin');
    expect(await run('revoke', id)).toMatchObject({ code: 0, out: [] });
    expect(await readApiKeyByHash(database.db, hash)).toBeUndefined();
    expect((await run('revoke', id)).code).toBe(1);
  });
});

describe('antics keys rotate', () => {
  it('gives a key like the old one, which is gone at once', async () => {
    const site = await given(database.db).site();
    const old = await created('create', '--name', 'x', '--scope', 'events:write', '--site', site.id, '--expires', '9d');
    const { hash: _, id, created_at, version, ...same } = await created('rotate', old.id);
    expect(same).toEqual({
      name: 'x',
      account: null,
      scopes: ['events:write'],
      site_ids: [site.id],
      expires_at: old.expires_at,
      last_used_at: null,
    });
    expect([id === old.id, created_at >= old.created_at, version]).toEqual([false, true, 1]);
    expect(await readApiKeyByHash(database.db, old.hash)).toBeUndefined();
  });

  it('leaves the old one good for the grace, on record, and never longer than it was', async () => {
    const lasting = await created('create', '--name', 'x', '--scope', 'admin');
    await created('rotate', lasting.id, '--grace', '10m');
    const after = await readApiKeyByHash(database.db, lasting.hash);
    expect(Math.abs((after?.expires_at?.getTime() ?? 0) - Date.now() - 600_000)).toBeLessThan(60_000);
    const event = await database.db
      .selectFrom('log_events')
      .select(['type', 'before', 'after'])
      .where('stream', '=', `key:${lasting.id}`)
      .where('version', '=', 2)
      .executeTakeFirstOrThrow();
    const expires_at = after?.expires_at?.toISOString();
    expect(event).toEqual({ type: 'ApiKeyRetired', before: { expires_at: null }, after: { expires_at } });
    const short = await created('create', '--name', 'x', '--scope', 'admin', '--expires', '60s');
    await created('rotate', short.id, '--grace', '1h');
    expect((await readApiKeyByHash(database.db, short.hash))?.expires_at).toEqual(short.expires_at);
  });

  it('does not rotate the key of the environment, which sets it', async () => {
    await ensureAdminKey(database.db, 'k'.repeat(32), Date.now());
    const row = await stored('k'.repeat(32));
    const { code, err } = await run('rotate', row?.id ?? '');
    expect([code, err.join()]).toEqual([1, expect.stringContaining('environment')]);
    expect(await stored('k'.repeat(32))).toBeDefined();
  });
});

it.each(['create', 'list', 'revoke', 'rotate'])('antics keys %s --help has examples', async (command) => {
  const { code, out } = await run(command, '--help');
  expect(code).toBe(0);
  expect(out.join('\n')).toContain('Examples:');
});
