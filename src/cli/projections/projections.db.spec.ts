import { sql } from 'kysely';

import { given, pageView } from '../../../test/given.ts';
import { projectionsOf, type Projections } from '../../../test/replay/projections-of.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { readConfig } from '../../platform/config.ts';
import { namesOf } from '../../projections/facts/names.ts';
import { buildProgram, runProgram } from '../cli.ts';
import { addParked } from '../parked/parked.cli.ts';
import { addProjections } from './projections.cli.ts';
import { addRebuildAlias } from './rebuild.cli.ts';

/** One database through an operator's day, without any server; each step goes on from the one before. */
let database: TestDatabase;
let projections: Projections;
const POISON_MS = 66_600;

beforeAll(async () => {
  database = await createTestDatabase();
  projections = projectionsOf(database.url);
  const site = await given(projections.db).site({ domain: 'a.example' });
  const hits = Array.from({ length: 40 }, (_, i) => pageView(`/${i % 5}`, { at: '2026-03-02T09:00Z', visitor: `v ${i % 9}` }));
  await site.append(...hits, pageView('/poison', { at: '2026-03-02T10:00Z', seconds: POISON_MS / 1_000 }));
});
afterAll(async () => {
  await projections.close();
  await database.drop();
});

async function antics(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const never = () => Promise.reject(new Error('nobody asked for a server'));
  const told = { out: (line: string) => out.push(line), err: (line: string) => err.push(line), isTerminal: false };
  const program = buildProgram({ serve: never, demo: never, openStore: never, version: '1', ...told });
  const operator = {
    ...told,
    readConfig: () => readConfig({ DATABASE_URL: database.url }).config,
    openGround: () => Promise.resolve({ url: database.url, stop: () => Promise.resolve() }),
  };
  addProjections(program, operator);
  addParked(program, operator);
  addRebuildAlias(program, operator);
  const code = await runProgram(program, args, (line) => err.push(line));
  return { code, out: out.join('\n'), err: err.join('\n') };
}

interface Listed {
  name: string;
  generation: number;
  state: string;
  rebuild: { state: string } | null;
}
const list = async (): Promise<Listed[]> => JSON.parse((await antics('projections', 'list', '--json')).out).projections;
const serving = async (name: string) => (await list()).find((one) => one.name === name && one.state === 'serving')?.generation;

it('a rebuild makes the first figures too, tells its progress as an object a line, and ends with 0', async () => {
  expect((await antics('projections', 'list')).out).toContain('No projection yet');
  const { code, out } = await antics('rebuild', '--json');
  expect(code).toBe(0);
  const lines = out.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['progress', 'outcome']));
  expect(lines.at(-1)).toMatchObject({ type: 'outcome', name: 'all', state: 'switched', percent: 100, comparison: null });
  expect(await serving('all')).toBe(2);
  expect((await antics('projections', 'list')).out).toMatch(/^all +v1 +2 +serving +v1 +\d+ +\d +\d+\.\d s +0$/m);
});

it('verify ends with 0 where the figures are what the log says, else with 1 and what is wrong', async () => {
  const good = await antics('projections', 'verify', 'all');
  expect([good.code, good.out]).toEqual([0, expect.stringContaining('Equal: all, counted anew from 41 hits')]);
  await sql`update ${namesOf(2)('pages_day')} set visitors = visitors + 5`.execute(projections.db);
  const bad = await antics('projections', 'verify', 'all', '--site', 'a.example');
  expect(bad.code).toBe(1);
  expect(bad.out).toMatch(/pages_day +a\.example +day=2026-03-02 path=\/poison +visitors +6 → 1/);
  const report = JSON.parse((await antics('projections', 'verify', 'pages', '--json')).out);
  expect(report).toMatchObject({ name: 'pages', equal: false, differences: 6, left_out: [] });
  expect((await antics('projections', 'verify', 'pages', '--to', '2026-03-01')).code).toBe(0);
  expect(await antics('projections', 'verify', 'pages', '--site', 'b.example')).toMatchObject({ code: 2, out: '' });
});

it('a rebuild that differs ends with 2, prints rows before → after, and leaves the decision', async () => {
  const { code, out } = await antics('projections', 'rebuild', 'pages');
  expect(code).toBe(2);
  expect(out).toMatch(/pages_day +a\.example +day=2026-03-02 path=\/poison +visitors +6 → 1/);
  expect(out).toContain('antics projections promote pages --reason');
  expect(await serving('pages')).toBe(2);
  expect((await list()).find(({ state }) => state === 'ready')).toMatchObject({ name: 'pages', rebuild: { state: 'different' } });
  expect((await antics('projections', 'list')).out).toContain('differs from what serves: antics projections diff pages');
  expect((await antics('projections', 'diff', 'pages')).out).toMatch(/\/poison +visitors 6 → 1 \(-5\)/);
});

it('promote, rollback and discard do what they say, once', async () => {
  const none = await antics('projections', 'promote', 'pages');
  expect([none.code, none.err]).toEqual([2, expect.stringContaining("required option '--reason")]);
  const promoted = await antics('projections', 'promote', 'pages', '--reason', 'changed by hand');
  expect([promoted.code, promoted.out]).toEqual([0, expect.stringMatching(/^Generation \d of pages serves now\./)]);
  expect((await antics('projections', 'verify', 'all')).code).toBe(0);
  expect(await antics('projections', 'rollback', 'pages')).toMatchObject({ code: 0 });
  expect(await serving('pages')).toBe(2);
  expect(await antics('projections', 'rollback', 'pages')).toMatchObject({ code: 0 });
  const gone = await antics('projections', 'discard', 'pages');
  expect([gone.code, gone.out]).toEqual([0, 'Generation 2 of pages, which was previous, is gone.']);
  const nothing = await antics('projections', 'discard', 'pages');
  expect([nothing.code, nothing.err]).toEqual([1, expect.stringContaining('discard all')]);
});

it('parked hits are listed, retried and discarded; what stays parked ends with 1', async () => {
  expect(await antics('parked', 'list')).toMatchObject({ code: 0, out: 'Nothing is parked.' });
  const facts = await serving('all');
  const [hit] = await projections.db.selectFrom('log_hits').select('position').where('duration_ms', '=', POISON_MS).execute();
  const row = { generation: facts ?? 0, position: hit?.position ?? '0', error: 'odd\u001b[2J', parked_at: new Date() };
  await sql`alter table ${namesOf(facts ?? 0)('hit')} add constraint no_poison
    check (ms is distinct from ${sql.lit(POISON_MS)}) not valid`.execute(projections.db);
  await projections.db.insertInto('projection_parked').values(row).execute();
  const listed = await antics('parked', 'list');
  expect(listed.out).toMatch(new RegExp(`${row.position} .* a\\.example +page view +/poison +${facts}\\n +odd\\?\\[2J`));
  expect(JSON.parse((await antics('parked', 'list', '--json')).out).parked).toMatchObject([{ pathname: '/poison' }]);
  const failed = await antics('parked', 'retry', 'all');
  expect([failed.code, failed.err]).toEqual([1, expect.stringContaining('stays parked in generation')]);
  expect(await antics('parked', 'discard', 'all')).toMatchObject({ code: 0 });
  expect(await antics('parked', 'discard', String(row.position))).toMatchObject({ code: 0, out: expect.stringContaining('before') });
  expect(await antics('parked', 'retry', String(row.position))).toMatchObject({ code: 1 });
});

it.each([
  [['projections', 'rebuild', 'nonsense'], 'it is one of all, summary, pages'],
  [['projections', 'verify', 'all', '--from', 'today'], 'It must be a day'],
  [['projections', 'promote', 'all', '--reason', ' '], 'Say why'],
  [['parked', 'retry', 'some'], 'It must be a position, or all'],
])('%j is a mistake of usage: exit code 2', async (args, message) => {
  const { code, err } = await antics(...args);
  expect([code, err]).toEqual([2, expect.stringContaining(message)]);
});

it.each(['list', 'rebuild', 'verify', 'diff', 'promote', 'rollback', 'discard'])('antics projections %s --help has examples', async (command) => {
  const { code, out } = await antics('projections', command, '--help');
  expect([code, out]).toEqual([0, expect.stringContaining('Examples:')]);
});
