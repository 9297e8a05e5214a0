import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { ERASE_SITES } from '../../src/commands/erasure-queue.ts';
import { createGeneration } from '../../src/projections/engine/generation.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { FIREFOX } from '../given.ts';
import { findTraces } from '../setup/traces.ts';
import { sharedServer, until, type TestServer } from './harness.ts';

// A deleted site from the request to the end of its erasure, but for the 20 seconds that it rests: they are over at once.
const PATIENCE_MS = 90_000;
const MARK = 'erasedmark';

let antics: TestServer;
beforeAll(async () => {
  antics = await sharedServer();
});

const send = (domain: string, body: Record<string, unknown>, userAgent: string) =>
  antics.ask('/api/event', {
    method: 'POST',
    key: null,
    headers: { origin: `https://${domain}`, 'user-agent': userAgent },
    body: { u: `https://${domain}/`, ...body },
  });

async function visit(domain: string, mark: string): Promise<void> {
  const agent = `${FIREFOX} ${mark}`;
  const bodies = [
    { u: `https://${domain}/${mark}?utm_source=${mark}&utm_campaign=c${mark}&gclid=1`, r: `https://ref-${mark}.example/x` },
    { u: `https://${domain}/${mark}/2`, p: { [mark]: mark }, w: 1200 },
    { n: 'engagement', u: `https://${domain}/${mark}/2`, t: 10, s: 50, v: { lcp: 1000 } },
    { n: `${mark} signup`, u: `https://${domain}/${mark}/2` },
    { u: `https://${domain}/excluded-${mark}` },
  ];
  for (const body of bodies) expect((await send(domain, body, agent)).status).toBe(202);
  expect((await send(domain, { u: `https://${domain}/${mark}/bot` }, `curl/8 ${mark}`)).status).toBe(202);
}

const pageviewsOf = async (id: string): Promise<number> =>
  ((await antics.ask(`/api/stats/${id}?period=today`)).json as { summary: { pageviews: number } }).summary.pageviews;

it('leaves of a deleted site what was decided about it, and nothing that was seen on it', async () => {
  const { database } = antics;
  const domain = `${MARK}.example`;
  const made = await antics.ask('/api/sites', {
    method: 'POST',
    headers: { 'idempotency-key': randomUUID() },
    body: { domain, name: `Site ${MARK}` },
  });
  const { id } = made.json as { id: string };
  const other = await antics.createSite();
  const changed = await antics.ask(`/api/sites/${id}`, {
    method: 'PUT',
    body: { excluded_paths: [`/excluded-${MARK}`], excluded_ips: ['203.0.113.77'] },
  });
  expect(changed.status).toBe(200);
  await antics.ask('/api/alerts', {
    method: 'POST',
    body: { site_id: id, metric: 'visitors', operator: 'gt', threshold: 1, email: `${MARK}@mail.example` },
  });
  await database.db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'ready' }));
  await visit(domain, MARK);
  await visit(other.domain, 'stays');
  await until(20_000, async () => ((await pageviewsOf(id)) === 2 && (await pageviewsOf(other.id)) === 3) || undefined);
  const before = await antics.ask(`/api/stats/${other.id}?period=today`);
  await sql`insert into projection_parked select 1, min(position), ${`cannot fold ${MARK}`}, now() from log_hits h
    join sites s using (site_id) where s.domain = ${domain}`.execute(database.db);
  const addresses = await findTraces(database.db, ['203.0.113.77', `${MARK}@mail.example`]);
  expect(addresses.some((trace) => trace.startsWith('antics.log_events private'))).toBe(true);

  const { site_id } = await database.db.selectFrom('sites').select('site_id').where('id', '=', id).executeTakeFirstOrThrow();
  const key = randomUUID();
  const remove = () => antics.ask(`/api/sites/${id}`, { method: 'DELETE', headers: { 'idempotency-key': key } });
  expect((await remove()).status).toBe(204);
  expect((await antics.ask(`/api/sites/${id}`)).status).toBe(404);
  expect((await antics.ask(`/api/stats/${id}?period=today`)).status).toBe(404);

  const rest = await until(PATIENCE_MS, async () => {
    const { rows } = await sql<{ seconds: number }>`
      select extract(epoch from rest_until - clock_timestamp())::float as seconds from erasures
      where site_id = ${site_id} and rest_until is not null`.execute(database.db);
    return rows[0];
  });
  expect(rest.seconds).toBeGreaterThan(10);
  expect(rest.seconds).toBeLessThanOrEqual(20);
  await sql`update erasures set rest_until = clock_timestamp() where site_id = ${site_id}`.execute(database.db);
  const erased = await until(PATIENCE_MS, async () => {
    await sql`update pgboss.job set start_after = now()
      where name = ${ERASE_SITES} and state = 'created' and start_after > now()`.execute(database.db);
    return database.db.selectFrom('log_events').selectAll()
      .where('type', '=', 'SiteErased').where('site', '=', id).executeTakeFirst();
  });
  expect(erased).toMatchObject({ actor: 'system', command: null, site: id, data: { id, hits: 6 } });
  const traces = await findTraces(database.db, [MARK, id, '203.0.113.77']);
  const columns = new Set(traces.map((trace) => trace.slice(0, trace.indexOf(':'))));
  for (const column of columns) expect(column).toMatch(/^antics\.log_events (?:stream|data|before|after|site)$/);
  // What is left was decided by whoever administers: nothing of a visitor, no address, no e-mail.
  const visited = [`/${MARK}/2`, `ref-${MARK}`, `c${MARK}`, `${MARK} signup`, `${FIREFOX} ${MARK}`, '203.0.113.77', '@mail.example'];
  expect(await findTraces(database.db, visited)).toEqual([]);
  expect(await findTraces(database.db, ['mozilla/5.0'])).not.toEqual([]);

  expect((await remove()).status).toBe(204);
  const after = await antics.ask(`/api/stats/${other.id}?period=today`);
  expect(after.json.summary).toEqual(before.json.summary);
  expect(after.json.breakdown).toEqual(before.json.breakdown);
  const { rows } = await sql<{ count: string; last: string }>`
    select count(*) as count, max(position) as last from (
      select position from log_hits union all select position from log_events) x`.execute(database.db);
  expect(rows[0]?.count).toBe(rows[0]?.last);
  await expect(sql`update log_hits set pathname = '/'`.execute(database.db)).rejects.toMatchObject({ code: 'AN003' });
}, 150_000);
