import { sql } from 'kysely';
import { namesOf } from '../../src/projections/facts/names.ts';
import { FIREFOX } from '../given.ts';
import { startTestServer, until, type Answer, type TestServer } from './harness.ts';

/** The operator's routes, against one running server whose worker builds; each step goes on from the one before. */
let antics: TestServer;
let site: { id: string; domain: string };
const POISON_MS = 66_000;

beforeAll(async () => {
  antics = await startTestServer({ ANTICS_RATE_LIMIT: 'off' });
  site = await antics.createSite();
  for (const path of ['/', '/about', '/pricing']) await hit(path);
  await untilFolded();
});
afterAll(() => antics.stop());

const hit = (path: string, more: object = {}): Promise<Answer> =>
  antics.ask('/api/event', {
    method: 'POST',
    key: null,
    headers: { origin: `https://${site.domain}`, 'user-agent': FIREFOX },
    body: { u: `https://${site.domain}${path}`, ...more },
  });
const post = (path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  antics.ask(path, { method: 'POST', headers, ...(body !== undefined && { body }) });

interface Listed {
  name: string;
  generation: number;
  state: string;
  behind: number;
  parked: number;
  rebuild: { id: number; state: string } | null;
}
const list = async (): Promise<Listed[]> => (await antics.ask('/api/projections')).json.projections;
const find = async (name: string, state: string) => (await list()).find((one) => one.name === name && one.state === state);
const serving = async (name: string): Promise<number> => (await find(name, 'serving'))?.generation ?? 0;

const untilFolded = (): Promise<true> =>
  until(20_000, async () => ((await find('all', 'serving'))?.behind === 0 ? true : undefined));

it('lists every generation, what is in it, and who rebuilds it', async () => {
  const listed = await list();
  expect(listed.map(({ name }) => name).sort()).toEqual(['all', 'breakdown', 'live', 'pages', 'paths', 'summary', 'vitals']);
  expect(listed[0]).toEqual({
    name: 'all',
    version: 1,
    generation: 1,
    facts: 1,
    state: 'serving',
    rules_version: 1,
    position: expect.any(Number),
    behind: 0,
    lag_seconds: 0,
    parked: 0,
    suspended: false,
    error: null,
    created_at: expect.stringMatching(/Z$/),
    switched_at: null,
    rebuild: null,
  });
});

it('a rebuild that differs in nothing is switched to by a worker, and can be rolled back', async () => {
  const asked = await post('/api/projections/summary/rebuild', {}, { 'idempotency-key': 'once' });
  expect([asked.status, asked.headers.get('location')]).toEqual([202, '/api/projections']);
  expect(asked.json).toMatchObject({ name: 'summary', site: null, state: 'running', error: null });
  const built = await until(30_000, async () => ((await serving('summary')) > 1 ? serving('summary') : undefined));
  expect((await find('summary', 'previous'))?.generation).toBe(1);
  // The same answer, and no second rebuild.
  const again = await post('/api/projections/summary/rebuild', {}, { 'idempotency-key': 'once' });
  expect([again.status, again.json]).toEqual([202, asked.json]);
  expect((await post('/api/projections/pages/rebuild', {}, { 'idempotency-key': 'once' })).status).toBe(422);

  const back = await post('/api/projections/summary/rollback');
  expect([back.status, back.json]).toMatchObject([200, { name: 'summary', generation: 1, previous: built }]);
  expect(await serving('summary')).toBe(1);
  const gone = await post('/api/projections/summary/discard');
  expect([gone.status, gone.json]).toEqual([200, { name: 'summary', generation: built, state: 'previous' }]);
  expect((await post('/api/projections/summary/rollback')).status).toBe(409);
});

it('a figure that somebody has changed is found by verify, kept from a switch, and promoted with a reason', async () => {
  await sql`update ${namesOf(1)('pages_day')} set visitors = visitors + 5`.execute(antics.database.db);
  const { json: report } = await post('/api/projections/pages/verify', { site_id: site.id });
  expect(report).toMatchObject({ name: 'pages', equal: false, differences: 3, left_out: [] });
  const about = { site_id: site.id, domain: site.domain, measure: 'visitors', expected: 1, found: 6 };
  expect(report.views[0].examples).toContainEqual(expect.objectContaining({ ...about, key: { path: '/about' } }));

  expect((await post('/api/projections/pages/promote', { reason: 'x' })).status).toBe(409);
  await post('/api/projections/pages/rebuild');
  const ready = await until(30_000, async () => {
    const found = await find('pages', 'ready');
    return found?.rebuild?.state === 'different' ? found : undefined;
  });
  expect(await serving('pages')).toBe(1);

  const { json: diff } = await post('/api/projections/pages/diff', {});
  expect(diff).toMatchObject({ name: 'pages', generation: ready.generation, serving: 1, unmoved: 0 });
  expect(diff.sites[0].site).toEqual({ id: site.id, domain: site.domain });
  const pathnames = diff.sites[0].metrics.find(({ metric }: { metric: string }) => metric === 'pathname');
  expect(pathnames.top).toContainEqual(expect.objectContaining({ value: '/about', visitors: { before: 6, after: 1 } }));

  for (const body of [undefined, {}, { reason: ' ' }, { reason: 5 }]) {
    const refused = await post('/api/projections/pages/promote', body);
    expect([refused.status, refused.json.errors]).toEqual([422, [{ pointer: '/reason', detail: expect.any(String) }]]);
  }
  const reason = 'the former was changed by hand';
  const promoted = await post('/api/projections/pages/promote', { reason });
  expect([promoted.status, promoted.json]).toMatchObject([200, { generation: ready.generation, previous: 1, reason }]);
  expect((await post('/api/projections/pages/verify')).json).toMatchObject({ equal: true });

  const { entries } = (await antics.ask('/api/audit?limit=1000')).json;
  const decided = entries.filter(({ stream }: { stream: string }) => stream === 'projection:pages');
  expect(decided).toMatchObject([{ command: 'PromoteProjection', after: { serving: ready.generation, reason } }]);
});

it.each([
  ['/api/projections/nonsense/rebuild', {}, 404],
  ['/api/projections/nonsense/verify', {}, 404],
  ['/api/projections/nonsense/discard', undefined, 404],
  ['/api/projections/summary/rebuild', { site_id: '00000000-0000-7000-8000-000000000000' }, 404],
  ['/api/projections/summary/rebuild', { site_id: 5 }, 400],
  ['/api/projections/summary/verify', { from: '2026-02-30' }, 400],
  ['/api/projections/summary/verify', { from: '2026-03-02', to: '2026-03-01' }, 400],
  ['/api/projections/summary/discard', undefined, 409],
  ['/api/projections/summary/diff', {}, 409],
  ['/api/parked/1/retry', undefined, 404],
  ['/api/parked/x/discard', undefined, 404],
])('POST %s %j answers %d, and says what is wrong', async (path, body, status) => {
  const answer = await post(path, body);
  expect(answer.status).toBe(status);
  expect(answer.json).toMatchObject({ status, detail: expect.stringMatching(/\.$/) });
});

it('one verification or comparison runs at a time, and others are told when to come again', async () => {
  const answers = await Promise.all(Array.from({ length: 6 }, () => post('/api/projections/all/verify', {})));
  const statuses = new Set(answers.map(({ status }) => status));
  expect([...statuses].sort()).toEqual([200, 429]);
  expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('10');
});

it('a parked hit is listed, folded once its cause is gone, and discarded on record', async () => {
  const facts = await serving('all');
  const rule = sql`check (ms is distinct from ${sql.lit(POISON_MS)})`;
  await sql`alter table ${namesOf(facts)('hit')} add constraint no_poison ${rule}`.execute(antics.database.db);
  await hit('/poison', { t: POISON_MS / 1_000 });
  await hit('/venom', { t: POISON_MS / 1_000 });
  await untilFolded();
  const { parked } = (await antics.ask('/api/parked')).json;
  expect(parked).toMatchObject([
    { site_id: site.id, domain: site.domain, pathname: '/poison', generations: [facts] },
    { pathname: '/venom', error: expect.stringContaining('no_poison') },
  ]);
  expect((await antics.ask('/metrics', { key: null })).text).toMatch(/^antics_projection_parked 2$/m);

  const [first, second] = parked as { position: number }[];
  const failed = await post(`/api/parked/${first?.position}/retry`);
  expect([failed.status, failed.json]).toMatchObject([200, { folded: false, generations: [{ generation: facts }] }]);
  await sql`alter table ${namesOf(facts)('hit')} drop constraint no_poison`.execute(antics.database.db);
  const folded = await post(`/api/parked/${first?.position}/retry`);
  expect(folded.json).toEqual({ position: first?.position, folded: true, generations: [{ generation: facts, error: null }] });
  const gone = await post(`/api/parked/${second?.position}/discard`);
  expect(gone.json).toEqual({ position: second?.position, discarded: true, recorded: true });
  expect((await post(`/api/parked/${second?.position}/discard`)).json).toMatchObject({ recorded: false });
  expect((await antics.ask('/api/parked')).json).toEqual({ parked: [] });
  expect((await post('/api/projections/all/verify', {})).json).toMatchObject({ equal: true });
  const { breakdown } = (await antics.ask(`/api/stats/${site.id}?period=today`)).json;
  expect(breakdown.map(({ value }: { value: string }) => value)).toContain('/poison');
  expect(breakdown.map(({ value }: { value: string }) => value)).not.toContain('/venom');
});
