import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { openSession } from '../../commands/open-session/open-session.ts';
import { systemClock } from '../../platform/clock.ts';
import { openDatabase, type Database } from '../../platform/database.ts';
import { buildProgram, runProgram } from '../cli.ts';
import { cliActor } from '../store.ts';

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const onError = (): void => undefined;
  database = openDatabase({ url: testDatabase.url, role: 'writer', max: 2, applicationName: 'test', onError });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

async function antics(...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  let closed = 0;
  const store = {
    db: database.db,
    place: 'test',
    dataDir: '/nowhere',
    baseUrl: 'http://127.0.0.1:8480',
    close: () => Promise.resolve(void closed++),
  };
  const program = buildProgram({
    serve: () => Promise.reject(new Error('no server was asked for')),
    demo: () => Promise.reject(new Error('no server was asked for')),
    openStore: () => Promise.resolve(store),
    version: '1.2.3',
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    isTerminal: false,
  });
  const code = await runProgram(program, args, (line) => err.push(line));
  return { code, out, err, closed };
}

const tokenIn = (link = ''): string => link.replace(/^.*token=/, '');

describe('antics sign-in', () => {
  it('prints a link and nothing else, that signs in whoever made it', async () => {
    const { code, out, err, closed } = await antics('sign-in');
    expect({ code, err, closed }).toEqual({ code: 0, err: [], closed: 1 });
    expect(out).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:8480\/sign-in\?token=[\w-]{43}$/)]);
    const { id } = await openSession(database.db, tokenIn(out[0]), systemClock);
    const session = database.db.selectFrom('sessions').select('actor').where('id', '=', id);
    expect(await session.executeTakeFirst()).toEqual({ actor: cliActor() });
  });

  it('takes the address that the browser knows', async () => {
    const { out } = await antics('sign-in', '--base-url', 'https://stats.example.com/');
    expect(out).toEqual([expect.stringMatching(/^https:\/\/stats\.example\.com\/sign-in\?token=[\w-]{43}$/)]);
  });

  it('--revoke ends all sessions and open links, and says how many', async () => {
    await antics('sign-in', '--revoke');
    const [used, open] = [await antics('sign-in'), await antics('sign-in')];
    await openSession(database.db, tokenIn(used.out[0]), systemClock);
    expect(await antics('sign-in', '--revoke')).toMatchObject({ code: 0, out: ['Revoked 1 session and 1 open link.'] });
    await expect(openSession(database.db, tokenIn(open.out[0]), systemClock)).rejects.toThrow('antics sign-in');
    expect(await database.db.selectFrom('sessions').selectAll().execute()).toEqual([]);
    expect(await antics('sign-in', '--revoke')).toMatchObject({ out: ['Revoked 0 sessions and 0 open links.'] });
  });

  it('shows what it takes, with examples', async () => {
    const { code, out } = await antics('sign-in', '--help');
    expect(code).toBe(0);
    expect(out.join('\n')).toMatch(/Usage: antics sign-in \[options\][^]*Examples:/);
  });

  it.each([[['--base-url', 'stats.example.com']], [['--base-url', 'javascript:alert(1)']], [['--revok']], [['now']]])(
    '%j is a mistake of usage: exit code 2, and no link is made',
    async (args) => {
      expect(await antics('sign-in', ...args)).toMatchObject({ code: 2, out: [], closed: 0 });
    },
  );
});
