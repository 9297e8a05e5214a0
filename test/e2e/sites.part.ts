import { FIREFOX } from '../given.ts';
import { sharedServer, until, type TestServer } from './harness.ts';

let antics: TestServer;
beforeAll(async () => {
  antics = await sharedServer();
});

const create = (body: unknown, more: object = {}) => antics.ask('/api/sites', { method: 'POST', body, ...more });

describe('POST /api/sites', () => {
  it('makes a site by its domain alone, names it and tells its version', async () => {
    const made = await create({ domain: 'https://WWW.Made.Example/some/page' });
    expect(made.status).toBe(201);
    expect(made.json).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      domain: 'made.example',
      name: 'made.example',
      public: false,
      folder_id: null,
      timezone: 'UTC',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      visitors_24h: 0,
    });
    expect(made.headers.get('location')).toBe(`/api/sites/${made.json.id}`);
    expect(made.headers.get('etag')).toBe('"1"');
    const read = await antics.ask(made.headers.get('location') ?? '');
    const settings = { excluded_ips: [], excluded_paths: [], query_keys: [], respect_gpc: false, aliases: [] };
    expect(read.json).toEqual({ ...made.json, ...settings });
    expect(read.headers.get('etag')).toBe('"1"');
  });

  it('takes all fields, and ignores those it does not know', async () => {
    const body = { domain: 'münchen.example', name: ' Stadt ', timezone: 'europe/berlin', public: true, folder_id: null };
    const made = await create({ ...body, colour: 'red' });
    expect(made.json).toMatchObject({
      domain: 'xn--mnchen-3ya.example',
      name: 'Stadt',
      timezone: 'Europe/Berlin',
      public: true,
    });
  });

  it('shows an IDN as people read it, where nobody gave a name', async () => {
    expect((await create({ domain: 'xn--bcher-kva.example' })).json.name).toBe('bücher.example');
  });

  it('is on record with who did it', async () => {
    const { id } = await antics.createSite();
    const event = await antics.database.db
      .selectFrom('log_events')
      .select(['type', 'version', 'actor', 'data'])
      .where('stream', '=', `site:${id}`)
      .executeTakeFirstOrThrow();
    expect(event).toMatchObject({ type: 'SiteCreated', version: 1, data: { id } });
    expect(event.actor).toMatch(/^key:[0-9a-f-]{36}$/);
  });

  it('answers 409 when the domain is taken, in whatever spelling', async () => {
    await create({ domain: 'taken.example' });
    const again = await create({ domain: 'WWW.TAKEN.example.:443' });
    expect(again.status).toBe(409);
    expect(again.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(again.json).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'There is a site for taken.example already.',
    });
  });

  it('lets one of many win who create the same site at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => create({ domain: 'race.example' })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array<number>(7).fill(409)]);
  });

  it.each([
    [{}, ['/domain']],
    [{ domain: null }, ['/domain']],
    [{ domain: 5 }, ['/domain']],
    [{ domain: '' }, ['/domain']],
    [{ domain: 'a b' }, ['/domain']],
    [{ domain: 'example.com/path' }, ['/domain']],
    [{ domain: `${'a'.repeat(300)}.example` }, ['/domain']],
    [{ domain: 'nul\u0000.example' }, ['/domain']],
    [{ domain: 'x.example', timezone: 'Mars/Olympus' }, ['/timezone']],
    [{ domain: 'x.example', timezone: '+05:30' }, ['/timezone']],
    [{ domain: 'x.example', timezone: 5 }, ['/timezone']],
    [{ domain: 'x.example', public: 'yes' }, ['/public']],
    [{ domain: 'x.example', name: ['x'] }, ['/name']],
    [{ domain: 'x.example', name: 'x'.repeat(201) }, ['/name']],
    [{ domain: 'x.example', folder_id: 'x' }, ['/folder_id']],
    [{ domain: 'x.example', folder_id: '01938b7a-0000-7000-8000-000000000000' }, ['/folder_id']],
    [{ domain: 5, timezone: 'x', public: 1, name: {}, folder_id: 1 }, [
      '/domain', '/folder_id', '/name', '/public', '/timezone',
    ]],
  ])('answers 400 to %j and names %j', async (body, pointers) => {
    const answer = await create(body);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const errors = answer.json.errors as { pointer: string; detail: string }[];
    expect(errors.map((error) => error.pointer).sort()).toEqual(pointers);
    expect(errors.every((error) => error.detail.length > 5)).toBe(true);
  });

  it.each([
    ['', 'application/json', 400],
    ['{bad', 'application/json', 400],
    ['[]', 'application/json', 400],
    ['null', 'application/json', 400],
    ['"text"', 'application/json', 400],
    ['{"__proto__":{"domain":"x.example"}}', 'application/json', 400],
    ['{"domain":"x.example"}', 'text/plain', 415],
    ['domain=x.example', 'application/x-www-form-urlencoded', 415],
  ])('answers a problem to the body %p as %s: %d', async (body, type, status) => {
    const answer = await create(body, { headers: { 'content-type': type } });
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ type: 'about:blank', status, title: expect.any(String) });
    expect(answer.text).not.toMatch(/node_modules|at \w+ \(|select |SyntaxError/);
    if (status === 400) expect(answer.json.errors).toMatchObject([{ pointer: '' }]);
  });
});

it('a body of more than 256 KiB is 413', async () => {
  const answer = await create({ domain: 'x'.repeat(300_000) });
  expect(answer.status).toBe(413);
  expect(answer.json).toMatchObject({ title: 'Content Too Large', status: 413 });
});

describe('GET /api/sites', () => {
  it('lists by domain, and counts the visitors of the last day within a second of their hit', async () => {
    const b = await antics.createSite({ domain: 'b.list.example' });
    const a = await antics.createSite({ domain: 'a.list.example' });
    const hit = await antics.ask('/api/event', {
      method: 'POST',
      key: null,
      headers: { origin: 'https://b.list.example', 'user-agent': FIREFOX },
      body: { n: null, u: 'https://b.list.example/' },
    });
    expect([hit.status, hit.text]).toEqual([202, '']);
    await until(1_500, async () => {
      const { json } = await antics.ask('/api/sites');
      const ours = (json.sites as { id: string; visitors_24h: number }[]).filter((s) => [a.id, b.id].includes(s.id));
      expect(ours.map((site) => site.id)).toEqual([a.id, b.id]);
      return ours[1]?.visitors_24h === 1 && ours[0]?.visitors_24h === 0 ? true : undefined;
    });
  });

  it('has the hit in the stats within a second', async () => {
    const site = await antics.createSite();
    await antics.ask('/api/event', {
      method: 'POST',
      key: null,
      headers: { origin: `https://${site.domain}`, 'user-agent': FIREFOX },
      body: { n: null, u: `https://${site.domain}/pricing`, r: 'https://google.com' },
    });
    const sent = Date.now();
    const stats = await until(3_000, async () => {
      const { json } = await antics.ask(`/api/stats/${site.id}?period=today`);
      return json.summary.visitors === 1 ? json : undefined;
    });
    expect(Date.now() - sent).toBeLessThan(1_500);
    expect(stats.breakdown).toMatchObject([{ value: '/pricing', visitors: 1 }]);
  });
});

describe('hosts that are refused', () => {
  it('are listed with the command that adds them', async () => {
    await antics.ask('/api/event', {
      method: 'POST',
      key: null,
      headers: { origin: 'https://unknown.example', 'user-agent': FIREFOX },
      body: { u: 'https://unknown.example/' },
    });
    const listed = await until(3_000, async () => {
      const { json } = await antics.ask('/api/refused-hosts');
      return (json.refused_hosts as { host: string }[]).find((host) => host.host === 'unknown.example');
    });
    expect(listed).toMatchObject({ hits: 1, command: expect.stringContaining('\'{"domain":"unknown.example"}\'') });
  });
});
