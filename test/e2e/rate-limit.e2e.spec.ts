import { setTimeout as sleep } from 'node:timers/promises';
import { FIREFOX } from '../given.ts';
import { issueKey } from './issue-key.ts';
import { startTestServer, until, type Answer, type TestServer } from './harness.ts';

/** Refills so slowly that no pace of the machine matters, but one token is there again after a second. */
const LIMITS = 'client=1/s:60, site=1/s:100, admin=1/s:60';

const statuses = (answers: readonly Answer[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

function hitsOf(antics: TestServer) {
  return (domain: string, headers: Record<string, string> = {}): Promise<Answer> =>
    antics.ask('/api/event', {
      method: 'POST',
      key: null,
      headers: { 'content-type': 'text/plain', 'user-agent': FIREFOX, origin: `https://${domain}`, ...headers },
      body: JSON.stringify({ u: `https://${domain}/` }),
    });
}

function times<T>(count: number, ask: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, ask));
}

/** Asks until it is refused, as a token may have come back meanwhile; then once more, when that says. */
async function askAfterRetryAfter(ask: () => Promise<Answer>): Promise<{ before: Answer[]; after: Answer }> {
  const before: Answer[] = [];
  let answer: Answer;
  do before.push((answer = await ask()));
  while (answer.status !== 429 && before.length < 100);
  // A timer may end a millisecond early by another clock.
  await sleep(Number(answer.headers.get('retry-after')) * 1_000 + 5);
  return { before, after: await ask() };
}

async function metric(antics: TestServer, line: string): Promise<number> {
  const { text } = await antics.ask('/metrics', { key: null });
  return Number(text.split('\n').find((one) => one.startsWith(`${line} `))?.slice(line.length + 1));
}

describe('the limits of hits', () => {
  let antics: TestServer;
  let hit: ReturnType<typeof hitsOf>;
  beforeAll(async () => {
    antics = await startTestServer({ ANTICS_RATE_LIMIT: LIMITS, ANTICS_TRUSTED_PROXIES: '127.0.0.1' });
    hit = hitsOf(antics);
  });
  afterAll(() => antics.stop());
  const from = (ip: string) => ({ 'x-forwarded-for': ip });

  it('let 50 hits of one address pass at once, refuse a flood, and let it pass after Retry-After', async () => {
    const { id, domain } = await antics.createSite();
    const mine = from('192.0.2.1');
    expect(statuses(await times(50, () => hit(domain, mine)))).toEqual({ 202: 50 });
    const flood = await times(60, () => hit(domain, mine));
    const refused = flood.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(30);
    for (const answer of refused) {
      expect(answer.json).toMatchObject({ type: 'about:blank', title: 'Too Many Requests', status: 429 });
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-expose-headers')).toBe('Retry-After');
      expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    }
    expect(statuses([await hit(domain, from('192.0.2.2'))])).toEqual({ 202: 1 });

    const { before, after } = await askAfterRetryAfter(() => hit(domain, mine));
    expect(after.status).toBe(202);

    // What was refused is in no log, and in the metrics.
    const taken = 51 + (statuses(flood)[202] ?? 0) + (before.length - 1) + 1;
    const rows = await antics.database.db
      .selectFrom('log_hits')
      .innerJoin('sites', 'sites.site_id', 'log_hits.site_id')
      .where('sites.id', '=', id)
      .select('position')
      .execute();
    expect(rows).toHaveLength(taken);
    const counted = await metric(antics, 'antics_hits_total{outcome="limited_client"}');
    expect(counted).toBe(refused.length + 1);
  });

  it('refuse before they read what was sent', async () => {
    const malformed = () =>
      antics.ask('/api/event', { method: 'POST', key: null, headers: from('192.0.2.3'), body: '{"u":' });
    const answers = statuses(await times(80, malformed));
    expect(answers[400]).toBeGreaterThanOrEqual(60);
    expect(answers[429]).toBeGreaterThan(0);
  });

  it('count an IPv6 client by its /64', async () => {
    const { domain } = await antics.createSite();
    let host = 0;
    const answers = await times(80, () => hit(domain, from(`2001:db8:0:1::${(host += 1).toString(16)}`)));
    expect(statuses(answers)[429]).toBeGreaterThan(0);
    expect((await hit(domain, from('2001:db8:0:2::1'))).status).toBe(202);
  });

  it('hold for a site, whoever sends, and for a server with a key by the site alone', async () => {
    const { domain } = await antics.createSite();
    const { key } = await issueKey(antics, { scopes: ['events:write'] });
    const byServer = () =>
      antics.ask('/api/event', {
        method: 'POST',
        key,
        headers: { 'user-agent': FIREFOX, ...from('192.0.2.4') },
        body: { u: `https://${domain}/` },
      });
    expect(statuses(await times(90, byServer))).toEqual({ 202: 90 });
    let host = 0;
    const others = statuses(await times(60, () => hit(domain, from(`198.51.100.${(host += 1)}`))));
    expect(others[429]).toBeGreaterThan(0);
    expect((await byServer()).headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(await metric(antics, 'antics_hits_total{outcome="limited_site"}')).toBeGreaterThan(0);
    const { domain: another } = await antics.createSite();
    expect((await hit(another, from('198.51.100.1'))).status).toBe(202);
  });

  it('slow down who guesses keys', async () => {
    const { domain } = await antics.createSite();
    const guess = (n: number) =>
      antics.ask('/api/event', {
        method: 'POST',
        key: `guess-${n}`,
        headers: from('192.0.2.5'),
        body: { u: `https://${domain}/` },
      });
    let n = 0;
    await times(60, () => guess((n += 1)));
    const answers = statuses(await times(20, () => guess((n += 1))));
    expect(answers[429]).toBeGreaterThan(0);
  });

  it('leave preflights alone', async () => {
    const preflight = () => antics.ask('/api/event', { method: 'OPTIONS', key: null, headers: from('192.0.2.6') });
    expect(statuses(await times(100, preflight))).toEqual({ 204: 100 });
  });
});

describe('behind a proxy that nobody told of', () => {
  it('its visitors are not limited as one client; without the header the sender is one', async () => {
    const antics = await startTestServer({ ANTICS_RATE_LIMIT: 'client=0.01/s:10' });
    try {
      const hit = hitsOf(antics);
      const { domain } = await antics.createSite();
      expect(statuses(await times(100, () => hit(domain, { 'x-forwarded-for': '192.0.2.1' })))).toEqual({ 202: 100 });
      expect(statuses(await times(100, () => hit(domain)))).toEqual({ 202: 10, 429: 90 });
    } finally {
      await antics.stop();
    }
  });
});

describe('the limits of the API', () => {
  let antics: TestServer;
  beforeAll(async () => {
    antics = await startTestServer({ ANTICS_RATE_LIMIT: LIMITS, ANTICS_TRUSTED_PROXIES: '127.0.0.1' });
  });
  afterAll(() => antics.stop());

  it('hold for each key on its own, with Retry-After', async () => {
    const [one, other] = [await issueKey(antics, { scopes: ['admin'] }), await issueKey(antics, { scopes: ['admin'] })];
    const answers = await times(120, () => antics.ask('/api/sites', { key: one.key }));
    const refused = answers.filter(({ status }) => status === 429);
    expect(statuses(answers)[200]).toBeGreaterThanOrEqual(60);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.json).toMatchObject({ title: 'Too Many Requests', status: 429 });
    expect((await antics.ask('/api/sites', { key: other.key })).status).toBe(200);
    const { after } = await askAfterRetryAfter(() => antics.ask('/api/sites', { key: one.key }));
    expect(after.status).toBe(200);
    expect(await metric(antics, 'antics_requests_limited_total{by="identity"}')).toBeGreaterThanOrEqual(refused.length);
  });

  it('hold for each user of the proxy on their own', async () => {
    const as = (user: string) => () =>
      antics.ask('/api/sites', { key: null, headers: { 'remote-user': user, 'remote-groups': 'admins' } });
    const answers = statuses(await times(100, as('ann')));
    expect(answers[429]).toBeGreaterThan(0);
    expect((await as('bea')()).status).toBe(200);
  });

  it('hold for an address from which nobody known asks, and leave who is known there alone', async () => {
    const mine = { 'x-forwarded-for': '192.0.2.1' };
    const { id } = await antics.createSite({ public: true });
    const anonymous = () => antics.ask(`/api/stats/${id}`, { key: null, headers: mine });
    expect(statuses(await times(100, anonymous))[429]).toBeGreaterThan(0);
    expect((await antics.ask(`/api/stats/${id}`, { headers: mine })).status).toBe(200);
  });

  it('slow down who guesses keys', async () => {
    const guess = () => antics.ask('/api/sites', { key: 'guess', headers: { 'x-forwarded-for': '192.0.2.2' } });
    await times(70, guess);
    // Charged once answered.
    const refused = await until(5_000, async () => {
      const answer = await guess();
      return answer.status === 429 ? answer : undefined;
    });
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  });

  it.each(['/api/health', '/api/health/ready', '/metrics', '/antics.js'])('never hold for %s', async (path) => {
    const answers = await times(150, () => antics.ask(path, { key: null, headers: { 'x-forwarded-for': '192.0.2.1' } }));
    expect(statuses(answers)).toEqual({ 200: 150 });
  });
});

describe('ANTICS_RATE_LIMIT=off', () => {
  it('lets everything pass', async () => {
    const antics = await startTestServer({ ANTICS_RATE_LIMIT: 'off' });
    try {
      const { domain } = await antics.createSite();
      const hit = hitsOf(antics);
      expect(statuses(await times(400, () => hit(domain)))).toEqual({ 202: 400 });
      expect(statuses(await times(600, () => antics.ask('/api/sites')))).toEqual({ 200: 600 });
    } finally {
      await antics.stop();
    }
  });
});
