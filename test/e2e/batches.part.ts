import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { FIREFOX } from '../given.ts';
import { sharedServer, until, type Answer, type Ask, type TestServer } from './harness.ts';
import { issueKey } from './issue-key.ts';

let antics: TestServer;
let key: string;
beforeAll(async () => {
  antics = await sharedServer();
  key = (await issueKey(antics, { scopes: ['events:write'] })).key;
});

const send = (body: unknown, more: Ask = {}): Promise<Answer> =>
  antics.ask('/api/events', { method: 'POST', body, key, ...more });
const by = (ip: string, more: object): object => ({ ip, ua: FIREFOX, ...more });
const countHits = async (): Promise<number> => {
  const { n } = await antics.database.db
    .selectFrom('log_hits').select((eb) => eb.fn.countAll<string>().as('n')).executeTakeFirstOrThrow();
  return Number(n);
};

it('shows up in the figures of the day on which it happened', async () => {
  const site = await antics.createSite({ timezone: 'UTC' });
  const u = `https://${site.domain}/pricing`;
  const dayMs = 86_400_000;
  const yesterday = Math.floor(Date.now() / dayMs) * dayMs - dayMs + 9 * 3_600_000;
  const answer = await send({
    events: [
      by('203.0.113.1', { u, at: new Date(yesterday).toISOString(), r: 'https://google.com/' }),
      by('203.0.113.1', { u, n: 'Signup', timestamp: yesterday + 60_000 }),
      by('203.0.113.2', { url: u, name: 'pageview', ts: yesterday + 3_600_000 }),
      by('203.0.113.2', { u }),
      { u, ua: 'curl/8.11.0' },
    ],
  });
  expect([answer.status, answer.json]).toEqual([202, { accepted: 4, dropped: [{ index: 4, reason: 'bot' }] }]);
  const days = await until(10_000, async () => {
    const { json } = await antics.ask(`/api/stats/${site.id}/timeseries?period=7d`);
    const two = json.timeseries.slice(-2) as { visitors: number; pageviews: number }[];
    return two.every(({ visitors }) => visitors > 0) ? two : undefined;
  });
  expect(days).toMatchObject([{ visitors: 2, visits: 2, pageviews: 2 }, { visitors: 1, visits: 1, pageviews: 1 }]);
});

it('needs a key that may write events, and sees no sites but those of the key', async () => {
  const [mine, other] = [await antics.createSite(), await antics.createSite()];
  const events = [by('203.0.113.1', { u: `https://${mine.domain}/` }), by('203.0.113.1', { u: `https://${other.domain}/` })];
  const before = await countHits();
  expect((await send(events, { key: null })).status).toBe(401);
  expect((await send(events, { key: 'wrong' })).status).toBe(401);
  const reader = await issueKey(antics, { scopes: ['stats:read', 'sites:write'] });
  const refused = await send(events, { key: reader.key });
  expect([refused.status, refused.json.detail]).toEqual([403, 'This needs an API key with the scope events:write.']);
  expect(await countHits()).toBe(before);
  const limited = await issueKey(antics, { scopes: ['events:write'], site_ids: [mine.id] });
  const answer = await send(events, { key: limited.key });
  expect(answer.json).toEqual({ accepted: 1, dropped: [{ index: 1, reason: 'unknown_site' }] });
  expect(await countHits()).toBe(before + 1);
});

it('takes a property of any name, as a visitor may have chosen it', async () => {
  const site = await antics.createSite();
  const u = `https://${site.domain}/`;
  const odd = '{"__proto__":"x","constructor":{"prototype":1},"constructor2":"y"}';
  const answer = await send(`{"events":[{"u":"${u}","ua":"${FIREFOX}","ip":"203.0.113.1","p":${odd}}]}`);
  expect([answer.status, answer.json]).toEqual([202, { accepted: 1, dropped: [] }]);
  const { props } = await antics.database.db
    .selectFrom('log_hits').select(sql<string>`props::text`.as('props'))
    .orderBy('position', 'desc').limit(1).executeTakeFirstOrThrow();
  expect(props).toBe('{"__proto__": "x", "constructor2": "y"}');
});

it('names every event that is malformed, and stores none', async () => {
  const site = await antics.createSite();
  const u = `https://${site.domain}/`;
  const before = await countHits();
  const answer = await send({ events: [{ u }, { u: 'x' }, [], { u, ip: 'x', at: Date.now() + 120_000 }] });
  expect(answer.status).toBe(400);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const pointers = (answer.json.errors as { pointer: string }[]).map(({ pointer }) => pointer);
  expect(pointers).toEqual(['/events/1/u', '/events/2', '/events/3/at', '/events/3/ip']);
  for (const body of ['', '{', '"x"', '{"events":{}}', '{"__proto__":[]}', `${'['.repeat(100)}${']'.repeat(100)}`]) {
    expect([body, (await send(body)).status]).toEqual([body, 400]);
  }
  expect(await countHits()).toBe(before);
});

it('takes a thousand events of several sites at once, and no more', async () => {
  const sites = [await antics.createSite(), await antics.createSite()];
  const props = { text: 'x'.repeat(1_000) };
  const events = Array.from({ length: 1_000 }, (_, i) => by(`198.51.100.${i % 250}`, { u: `https://${sites[i % 2]?.domain}/${i}`, p: props }));
  const before = await countHits();
  // More than a megabyte.
  expect((await send(events)).json).toEqual({ accepted: 1_000, dropped: [] });
  expect((await send([...events, events[0]])).status).toBe(413);
  expect(await countHits()).toBe(before + 1_000);
});

it('reads a large body of those alone who show a good key, and none beyond 4 MiB', async () => {
  const site = await antics.createSite();
  const body = (bytes: number): string => `[{"u":"https://${site.domain}/","x":"${'x'.repeat(bytes)}"}]`;
  const kilobytes = (count: number): string => body(count * 1_024);
  expect((await send(kilobytes(300))).status).toBe(202);
  expect((await send(kilobytes(300), { key: 'wrong' })).status).toBe(401);
  expect((await send(kilobytes(300), { key: null })).status).toBe(401);
  const reader = await issueKey(antics, { scopes: ['stats:read'] });
  const refused = await send(kilobytes(300), { key: reader.key });
  expect([refused.status, refused.headers.get('content-type')]).toEqual([403, 'application/problem+json; charset=utf-8']);
  expect((await send(kilobytes(4_000))).status).toBe(202);
  expect((await send(kilobytes(4_096))).status).toBe(413);
  // On other routes nothing has changed.
  expect((await antics.ask('/api/folders', { method: 'POST', body: kilobytes(300) })).status).toBe(413);
});

it('under an Idempotency-Key is stored once, and answers in the same words', async () => {
  const site = await antics.createSite();
  const events = [by('203.0.113.1', { u: `https://${site.domain}/` }), { u: `https://${site.domain}/`, ua: 'curl/8' }];
  const headers = { 'idempotency-key': randomUUID() };
  const before = await countHits();
  const answers = await Promise.all(Array.from({ length: 5 }, () => send(events, { headers })));
  answers.push(await send(events, { headers }));
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
    new Set(['202 {"accepted":1,"dropped":[{"index":1,"reason":"bot"}]}']),
  );
  expect(await countHits()).toBe(before + 2);
  expect((await send({ events }, { headers })).status).toBe(422);
  expect((await send(events, { headers: { 'idempotency-key': 'a b' } })).status).toBe(400);
});
