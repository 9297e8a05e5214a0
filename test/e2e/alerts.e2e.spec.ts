import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { alertJobs } from '../../src/jobs/check-alerts.jobs.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openQueue, type JobDefinition, type Queue } from '../../src/platform/queue.ts';
import { FIREFOX } from '../given.ts';
import { openInbox, type Inbox } from '../setup/inbox.ts';
import { startTestServer, until, type TestServer } from './harness.ts';
import { issueKey } from './issue-key.ts';

let antics: TestServer;
let inbox: Inbox;
let queue: Queue;
let check: JobDefinition<object>;
beforeAll(async () => {
  inbox = await openInbox();
  antics = await startTestServer({ SMTP_URL: inbox.url, ANTICS_MAIL_FROM: 'antics@example.org' });
  // Queues what the clock would, and leaves it to the server.
  const { db } = antics.database;
  const parts = { writer: db, reader: db, clock: systemClock, mailer: undefined, baseUrl: () => '' };
  const jobs = alertJobs({ ...parts, queue: () => queue, log: { warn: () => undefined } });
  check = jobs.find((job) => job.name === 'check-alerts')!;
  queue = openQueue({ url: antics.url, jobs, work: false, onError: () => undefined });
  await queue.start();
});
afterAll(async () => {
  await queue.stop();
  await antics.stop();
  await inbox.stop();
});
beforeEach(() => {
  inbox.manner = 'take';
});

const PATIENCE_MS = 30_000;
const alertOf = (site: { id: string }, more: object = {}) => ({
  site_id: site.id, metric: 'visitors', operator: 'lt', threshold: 1, email: 'you@example.com', ...more,
});
const create = (body: unknown, more: object = {}) => antics.ask('/api/alerts', { method: 'POST', body, ...more });
const remove = (id: string, more: object = {}) => antics.ask(`/api/alerts/${id}`, { method: 'DELETE', ...more });

/** Has the server's worker check all alerts, and waits for what `probe` gives of this one. */
async function checked<T>(id: string, probe: (alert: Record<string, unknown>) => T | undefined): Promise<T> {
  await queue.enqueue(check, {}); // null where one waits already
  return until(PATIENCE_MS, async () => {
    const { json } = await antics.ask('/api/alerts');
    const alert = (json.alerts as Record<string, unknown>[]).find((one) => one['id'] === id);
    const found = alert && probe(alert);
    if (found === undefined) await queue.enqueue(check, {});
    return found;
  });
}

const mailsOf = (site: { domain: string }) =>
  inbox.mails.filter((mail) => mail.headers['subject']?.startsWith(`${site.domain}:`));

describe('POST /api/alerts', () => {
  it('makes one that was not checked yet, and tells its version', async () => {
    const site = await antics.createSite();
    const made = await create(alertOf(site, { email: 'you@münchen.example' }));
    expect(made.status).toBe(201);
    expect(made.json).toEqual({
      ...alertOf(site, { email: 'you@xn--mnchen-3ya.example' }),
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      window: '24h',
      state: 'unknown',
      last_checked_at: null,
      last_mailed_at: null,
      delivery: 'ok',
    });
    expect(made.headers.get('location')).toBe(`/api/alerts/${made.json.id}`);
    expect(made.headers.get('etag')).toBe('"1"');
    expect((await antics.ask(`/api/alerts?site_id=${site.id}`)).json).toEqual({ alerts: [made.json] });
    for (const path of [`/api/alerts/${made.json.id}`, `/api/alerts/${made.json.id.toUpperCase()}`]) {
      const read = await antics.ask(path);
      expect([read.status, read.headers.get('etag'), read.json]).toEqual([200, '"1"', made.json]);
    }
  });

  it('is listed by one site at a time: a second site_id is named as every wrong parameter is', async () => {
    const answer = await antics.ask('/api/alerts?site_id=a&site_id=b');
    expect(answer.status).toBe(400);
    expect(answer.json.errors).toEqual([{ pointer: '/site_id', detail: 'must be given once' }]);
  });

  it.each([
    [{ metric: 'pages' }, ['/metric']],
    [{ operator: '<' }, ['/operator']],
    [{ threshold: '1' }, ['/threshold']],
    [{ threshold: -1 }, ['/threshold']],
    [{ metric: 'bounce_rate', threshold: 1.01 }, ['/threshold']],
    [{ email: 'You <you@example.com>' }, ['/email']],
    [{ email: 'you@example.com\r\nBcc: evil@example.com' }, ['/email']],
    [{ email: 'a@example.com, b@example.com' }, ['/email']],
    [{ email: null }, ['/email']],
    [{ window: '1h' }, ['/window']],
    [{ site_id: 'x' }, ['/site_id']],
    [{ site_id: 5, metric: null, operator: [], threshold: {}, email: 5, window: 24 }, [
      '/email', '/metric', '/operator', '/site_id', '/threshold', '/window',
    ]],
  ])('answers 400 to %j and names %j', async (wrong, pointers) => {
    const answer = await create(alertOf({ id: randomUUID() }, wrong));
    expect(answer.status).toBe(400);
    const errors = answer.json.errors as { pointer: string; detail: string }[];
    expect(errors.map((error) => error.pointer).sort()).toEqual(pointers);
    expect(answer.text).not.toContain('evil');
  });

  it('replays its answer under an Idempotency-Key, and refuses another body', async () => {
    const site = await antics.createSite();
    const headers = { 'idempotency-key': randomUUID() };
    const [first, again] = [await create(alertOf(site), { headers }), await create(alertOf(site), { headers })];
    expect(again.json).toEqual(first.json);
    expect((await create(alertOf(site, { threshold: 2 }), { headers })).status).toBe(422);
    expect((await antics.ask(`/api/alerts?site_id=${site.id}`)).json.alerts).toHaveLength(1);
  });

  it('takes no more than 100 for a site', async () => {
    const site = await antics.createSite();
    await antics.database.db
      .insertInto('alerts')
      .values(
        Array.from({ length: 99 }, () => ({
          id: randomUUID(), site: site.id, metric: 'visits' as const, operator: 'gt' as const, threshold: 1e9,
          email: 'x@example.com', window: '24h' as const, created_at: new Date(), version: 1,
        })),
      )
      .execute();
    const statuses = await Promise.all([create(alertOf(site)), create(alertOf(site))]);
    expect(statuses.map((answer) => answer.status).sort()).toEqual([201, 409]);
    await antics.database.db.deleteFrom('alerts').where('site', '=', site.id).execute();
  });
});

describe('who may', () => {
  it('reads and changes them: never nobody; who only reads the figures sees no address and changes nothing', async () => {
    const site = await antics.createSite({ public: true });
    const reader = await issueKey(antics, { scopes: ['stats:read'] });
    const made = await create(alertOf(site));
    for (const path of ['/api/alerts', `/api/alerts?site_id=${site.id}`]) {
      expect((await antics.ask(path, { key: null })).status).toBe(401);
      const { json } = await antics.ask(path, { key: reader.key });
      expect(json.alerts).toContainEqual({ ...made.json, email: null });
    }
    expect((await antics.ask(`/api/alerts/${made.json.id}`, { key: reader.key })).json.email).toBeNull();
    for (const [key, status] of [[null, 401], [reader.key, 403]] as const) {
      expect((await create(alertOf(site), { key })).status).toBe(status);
      expect((await remove(made.json.id, { key })).status).toBe(status);
    }
  });

  it('a key of other sites sees none of it, as if it were not there', async () => {
    const [mine, other] = [await antics.createSite(), await antics.createSite()];
    const { key } = await issueKey(antics, { scopes: ['sites:write'], site_ids: [mine.id] });
    const theirs = (await create(alertOf(other))).json as { id: string };
    const ours = (await create(alertOf(mine), { key })).json as { id: string };
    expect((await antics.ask('/api/alerts', { key })).json.alerts).toMatchObject([{ id: ours.id }]);
    const same = async (there: Promise<{ status: number; text: string }>, nowhere: typeof there): Promise<void> => {
      const [one, two] = [await there, await nowhere];
      expect([one.status, one.text]).toEqual([404, two.text]);
    };
    const list = (id: string) => antics.ask(`/api/alerts?site_id=${id}`, { key });
    await same(list(other.id), list(randomUUID()));
    await same(list(other.id), list('no-uuid'));
    await same(create(alertOf(other), { key }), create(alertOf({ id: randomUUID() }), { key }));
    await same(remove(theirs.id, { key }), remove(randomUUID(), { key }));
    await same(remove(theirs.id, { key }), remove('no-uuid', { key }));
    const read = (id: string) => antics.ask(`/api/alerts/${id}`, { key });
    await same(read(theirs.id), read(randomUUID()));
    await same(read(theirs.id), read('no-uuid'));
    await same(read(theirs.id), remove(theirs.id, { key }));
    expect((await read(ours.id)).json).toMatchObject({ id: ours.id, site_id: mine.id });
    expect((await remove(ours.id, { key })).status).toBe(204);
  });
});

describe('DELETE /api/alerts/:id', () => {
  it('removes it, of the version that was asked for, and replays that it did', async () => {
    const { json } = await create(alertOf(await antics.createSite()));
    const headers = { 'idempotency-key': randomUUID() };
    expect((await remove(json.id, { headers: { 'if-match': '"7"' } })).status).toBe(412);
    const gone = await remove(json.id, { headers: { ...headers, 'if-match': '"1"' } });
    expect([gone.status, gone.text, gone.headers.get('etag')]).toEqual([204, '', '"2"']);
    expect((await remove(json.id)).status).toBe(404);
    expect((await remove(json.id, { headers })).status).toBe(204);
  });

  it('happens to all alerts of a site that is deleted', async () => {
    const site = await antics.createSite();
    const { json } = await create(alertOf(site));
    expect((await antics.ask(`/api/sites/${site.id}`, { method: 'DELETE' })).status).toBe(204);
    const { alerts } = (await antics.ask('/api/alerts')).json as { alerts: { id: string }[] };
    expect(alerts.map((alert) => alert.id)).not.toContain(json.id);
  });
});

describe('the mails', () => {
  it('come by the worker: one when it starts to hold, one when it stops, each under its own Message-ID', async () => {
    const site = await antics.createSite();
    const { id } = (await create(alertOf(site))).json as { id: string };
    const mailed = await checked(id, (alert) =>
      alert['state'] === 'firing' && alert['last_mailed_at'] !== null ? alert : undefined,
    );
    expect(mailed).toMatchObject({ delivery: 'ok', last_checked_at: expect.any(String) });
    await antics.ask('/api/event', {
      method: 'POST',
      key: null,
      headers: { origin: `https://${site.domain}`, 'user-agent': FIREFOX },
      body: { u: `https://${site.domain}/` },
    });
    await checked(id, (alert) => (alert['state'] === 'ok' ? alert : undefined));
    const mails = await until(PATIENCE_MS, () => Promise.resolve(mailsOf(site).length === 2 ? mailsOf(site) : undefined));
    expect(mails.map((mail) => mail.headers['subject'])).toEqual([
      `${site.domain}: visitors below 1`,
      `${site.domain}: visitors below 1 no longer`,
    ]);
    const ids = mails.map((mail) => mail.headers['message-id']);
    expect(new Set(ids).size).toBe(2);
    const turns = await antics.database.db
      .selectFrom('log_events')
      .select('command_id')
      .where('stream', '=', `alert:${id}`)
      .where('type', 'in', ['AlertStarted', 'AlertStopped'])
      .orderBy('position')
      .execute();
    expect(ids).toEqual(turns.map((row) => `<${row.command_id}@example.org>`));
  }, 90_000);

  it('are tried again while the server puts them off, and the alert says so', async () => {
    inbox.manner = 'put off';
    const site = await antics.createSite();
    const { id } = (await create(alertOf(site))).json as { id: string };
    await checked(id, (alert) => (alert['delivery'] === 'failing' ? alert : undefined));
    inbox.manner = 'take';
    const mailed = await until(PATIENCE_MS, async () => {
      // Not to wait for the seconds in between.
      await sql`update pgboss.job set start_after = now() where name = 'send-alert-mail' and state = 'retry'`
        .execute(antics.database.db);
      const { json } = await antics.ask(`/api/alerts?site_id=${site.id}`);
      return json.alerts[0].last_mailed_at === null ? undefined : json.alerts[0];
    });
    expect(mailed.delivery).toBe('ok');
    expect(mailsOf(site)).toHaveLength(1);
  }, 90_000);
});

it('without a mail server an alert says that it cannot send', async () => {
  const mute = await startTestServer();
  try {
    const site = await mute.createSite();
    const made = await mute.ask('/api/alerts', { method: 'POST', body: alertOf(site) });
    expect([made.status, made.json.delivery]).toEqual([201, 'no_smtp']);
  } finally {
    await mute.stop();
  }
});
