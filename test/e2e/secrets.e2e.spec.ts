import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { buildProgram, runProgram } from '../../src/cli/cli.ts';
import { makeSignInLink } from '../../src/commands/make-sign-in-link/make-sign-in-link.ts';
import { hashApiKey } from '../../src/domain/api-key.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { startTestServer, until, type Answer, type Ask, type TestServer } from './harness.ts';

let antics: TestServer;
const logged: string[] = [];
/** All that was answered, but for the answers that are to show a secret. */
const answered: string[] = [];
/** What proves who somebody is, by what it is. */
const secrets: Record<string, string> = {};

const SMTP_PASSWORD = randomBytes(12).toString('hex');

beforeAll(async () => {
  const log = createLogger('trace', { write: (line: string) => void logged.push(line) });
  antics = await startTestServer({ SMTP_URL: `smtp://ann:${SMTP_PASSWORD}@127.0.0.1:9` }, log);
  secrets['the admin key'] = antics.adminKey;
  secrets['the password of the mail server'] = SMTP_PASSWORD;
  await useSecrets();
}, 120_000);
afterAll(() => antics.stop());

async function ask(path: string, o: Ask = {}): Promise<Answer> {
  const answer = await antics.ask(path, o);
  answered.push(answer.text, JSON.stringify([...answer.headers]));
  return answer;
}

/** Goes through whatever a secret may go through, and what may go wrong on the way. */
async function useSecrets(): Promise<void> {
  const issue = (o: Ask = {}) =>
    antics.ask('/api/keys', { method: 'POST', body: { name: 'CI', scopes: ['admin'] }, ...o });
  const headers = { 'idempotency-key': 'once' };
  const first = (await issue({ headers })).json as { id: string; key: string };
  secrets['a key that was issued'] = first.key;
  answered.push((await issue({ headers })).text);

  const second = (await issue({ key: first.key })).json as { id: string; key: string };
  secrets['a key that a key issued'] = second.key;
  await ask('/api/sites', { key: second.key });
  await ask(`/api/keys/${second.id}`, { method: 'DELETE', key: second.key });
  await until(3_000, async () => ((await ask('/api/sites', { key: second.key })).status === 401 ? true : undefined));

  secrets['a key of the command line'] = await issueOnCommandLine();
  await signInAndOut();

  const typo = `antics_${randomBytes(32).toString('base64url')}`;
  secrets['a key that is not known'] = typo;
  secrets['a password'] = randomBytes(16).toString('hex');
  secrets['a cookie'] = randomBytes(32).toString('base64url');
  secrets['a token in a query'] = randomBytes(32).toString('base64url');
  for (const path of ['/api/sites', '/api/health', '/api/nothing', '/api/keys', '/antics.js', '/metrics']) {
    await ask(path, { key: typo });
    await ask(path, { key: null, headers: { authorization: `Basic ${btoa(`ann:${secrets['a password']}`)}` } });
    await ask(path, { key: null, headers: { authorization: `Bearer ${secrets['a password']} ${typo}` } });
    await ask(path, { headers: { cookie: `antics_session=${secrets['a cookie']}` } });
    await ask(`${path}?token=${secrets['a token in a query']}&key=${typo}`);
    await ask(path, { method: 'POST', body: { name: typo, scopes: [typo], domain: `${typo}/`, account: 5 } });
    await ask(path, { method: 'POST', body: `{"name":"${typo}` });
  }
  await ask('/api/event', { method: 'POST', key: typo, body: { u: 'https://nowhere.example/' } });
  await ask('/api/keys', { headers: { 'remote-user': 'root', 'proxy-authorization': `Bearer ${typo}` } });
  // Failures of ours are logged with the request.
  const { schema } = antics.database.db;
  for (const column of ['created_at', 'hash']) {
    await schema.alterTable('api_keys').renameColumn(column, 'gone').execute();
    try {
      const status = column === 'hash' ? 503 : 500;
      expect((await ask('/api/keys', { key: column === 'hash' ? `${typo}2` : antics.adminKey })).status).toBe(status);
    } finally {
      await schema.alterTable('api_keys').renameColumn('gone', column).execute();
    }
  }
}

async function issueOnCommandLine(): Promise<string> {
  const out: string[] = [];
  const { db } = antics.server.writer;
  const store = { db, place: 'test', dataDir: '/nowhere', baseUrl: 'http://x', close: () => Promise.resolve() };
  const program = buildProgram({
    serve: () => Promise.resolve(),
    demo: () => Promise.resolve(),
    openStore: () => Promise.resolve(store),
    version: '1',
    out: (line) => out.push(line),
    err: (line) => answered.push(line),
    isTerminal: false,
  });
  const args = ['keys', 'create', '--name', 'shell', '--scope', 'admin'];
  expect(await runProgram(program, args, (line) => answered.push(line))).toBe(0);
  return out.join('');
}

/** By a link that is used, tried again, and by one that nobody uses. */
async function signInAndOut(): Promise<void> {
  const { db } = antics.server.writer;
  const context = { actor: { name: 'cli:ann', kind: 'cli' as const } };
  const [used, unused] = [await makeSignInLink(db, context, systemClock), await makeSignInLink(db, context, systemClock)];
  secrets['the token of a link'] = used.token;
  secrets['the token of a link that nobody used'] = unused.token;
  const signIn = (): Promise<Response> =>
    fetch(`${antics.server.baseUrl}/sign-in?token=${used.token}`, { redirect: 'manual' });
  const signedIn = await signIn();
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  secrets['the token of a session'] = cookie.slice(cookie.indexOf('=') + 1);
  answered.push(await signedIn.text(), signedIn.headers.get('location') ?? '', await (await signIn()).text());
  const headers = { cookie, 'sec-fetch-site': 'same-origin' };
  for (const path of ['/api/audit', '/api/keys', '/api/nothing']) await ask(path, { key: null, headers });
  await ask('/api/sites', { method: 'POST', key: null, headers, body: { domain: '' } });
  await ask('/api/sites', { method: 'POST', key: null, headers: { cookie, origin: 'https://evil.example' }, body: {} });
  await ask('/api/session', { method: 'DELETE', key: null, headers });
  expect((await ask('/api/audit', { key: null, headers })).status).toBe(401);
}

/** The ways in which a secret may stand somewhere: as it is, and as its bytes. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [secret, bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, ''), encodeURIComponent(secret)];
}

const found = (texts: readonly string[]): string[] =>
  Object.entries(secrets).flatMap(([what, secret]) =>
    spellings(secret).some((spelling) => texts.some((text) => text.includes(spelling))) ? [what] : [],
  );

/** Every row of every table of ours as text: jsonb, arrays, and bytea as hexadecimal. */
async function everyRow(): Promise<string[]> {
  const { db } = antics.database;
  const { rows: tables } = await sql<{ name: string }>`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)' order by 1`.execute(db);
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['antics.log_events', 'pgboss.job_common']));
  const texts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ text: string }>`select t::text as text from ${sql.raw(name)} t`.execute(db);
    texts.push(...rows.map((row) => `${name}: ${row.text}`));
  }
  return texts;
}

it('the secrets were used: by their hashes they are in the database', async () => {
  const rows = await everyRow();
  for (const what of ['the admin key', 'a key that was issued', 'a key of the command line']) {
    const hash = hashApiKey(secrets[what] ?? '').toString('hex');
    expect([what, rows.some((row) => row.startsWith('antics.api_keys') && row.includes(hash))]).toEqual([what, true]);
  }
  expect(Object.values(secrets).every((secret) => secret.length >= 24)).toBe(true);
});

it('no secret is in any table', async () => {
  expect(found(await everyRow())).toEqual([]);
});

it('no secret is in the log of the process, at its most talkative', () => {
  expect(logged.length).toBeGreaterThan(20);
  expect(logged.some((line) => line.includes('a request failed'))).toBe(true);
  expect(found(logged)).toEqual([]);
});

it('no secret is in an answer, but for the one that shows a new key', () => {
  expect(answered.length).toBeGreaterThan(50);
  expect(found(answered)).toEqual([]);
});

it('no hash of a key is in an answer or the log', () => {
  const hashes = Object.values(secrets).map((secret) => hashApiKey(secret));
  const texts = [...answered, ...logged];
  const told = hashes.flatMap((hash) => [hash.toString('hex'), hash.toString('base64')]);
  expect(told.filter((hash) => texts.some((text) => text.includes(hash)))).toEqual([]);
});
