import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Registry } from 'prom-client';
import { FIREFOX, given, type GivenSite } from '../../../test/given.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { EVERYTHING, type Sight } from '../../domain/sight.ts';
import { appendHits } from '../../log/append-hits.ts';
import { openDatabase, type Database } from '../../platform/database.ts';
import { Conflict, InvalidInput, KeyReused, TooMany, Unavailable } from '../../platform/errors.ts';
import { createLogger } from '../../platform/logger.ts';
import type { RateLimits } from '../../platform/rate-limit.ts';
import { AcceptBatch, type BatchAnswer, type BatchElement } from './accept-batch.command.ts';
import type { EventBody } from './accept-hit.command.ts';
import { createIntake, type Intake } from './intake.ts';

const NOON = Date.parse('2026-03-10T12:00:00Z');

let clone: TestDatabase;
let owner: Database;
let writer: Database;
const opened: Intake[] = [];
beforeAll(async () => {
  clone = await createTestDatabase();
  const options = { url: clone.url, applicationName: 'antics test', onError: () => undefined };
  owner = openDatabase({ ...options, max: 4 });
  writer = openDatabase({ ...options, max: 4, role: 'writer' });
});
afterAll(async () => {
  for (const intake of opened) await intake.stop();
  await writer.close();
  await owner.close();
  await clone.drop();
});

interface Given {
  at?: number;
  rateLimits?: Pick<RateLimits, 'client' | 'site'>;
}

/** A process that takes hits. The sites it knows are those that are there now. */
async function openIntake({ at = NOON, ...more }: Given = {}): Promise<Intake> {
  const intake = createIntake({
    db: writer.db,
    record: ({ batchId, hits }) => appendHits(writer.db, batchId, hits),
    trustedProxies: [],
    countryOf: () => null,
    isSpamHost: (host) => host === 'spam.example',
    canWriteEvents: () => Promise.resolve(false),
    baseUrl: () => 'http://127.0.0.1:8480',
    log: createLogger('silent'),
    clock: () => at,
    metrics: new Registry(),
    ...more,
  });
  opened.push(intake);
  await intake.start();
  return intake;
}

const BODY: EventBody = {
  name: null, url: '', referrer: null, width: null, durationMs: null, scroll: null, props: null, vitals: null,
  interactive: true, revenue: null, hashRouting: false, sites: null,
};

/** An event of a person at a browser. */
function event(url: string, more: Partial<BatchElement> = {}, body: Partial<EventBody> = {}): BatchElement {
  return { pointer: '/0', ip: '203.0.113.7', userAgent: FIREFOX, ...more, body: { ...BODY, url, ...body } };
}

function batch(elements: readonly BatchElement[], key?: string, { sight = EVERYTHING, actor = 'key:test' } = {}): AcceptBatch {
  const fingerprint = createHash('sha256').update(JSON.stringify(elements)).digest();
  const idempotency = key === undefined ? {} : { idempotency: { key, fingerprint } };
  const sender = { headers: { 'user-agent': 'curl/8', 'sec-gpc': '1' }, peer: '192.0.2.9', sight: sight as Sight };
  return new AcceptBatch(elements, sender, { actor: { name: actor, kind: 'key' }, ...idempotency });
}

const hitsOf = ({ siteId }: GivenSite) =>
  owner.db.selectFrom('log_hits').selectAll().where('site_id', '=', siteId).orderBy('position').execute();
const keptFor = (key: string) =>
  owner.db.selectFrom('command_results').select('result').where('key', '=', key).execute();

describe('a batch', () => {
  it('is in the log in its order, at its own times and as its visitors', async () => {
    const site = await given(owner.db).site({ timezone: 'Europe/Berlin' });
    const intake = await openIntake();
    const url = `https://${site.domain}`;
    const answer = await intake.acceptBatch(
      batch([
        event(`${url}/first`, { at: Date.parse('2026-03-08T23:00:00Z') }),
        event(`${url}/second`, { at: NOON - 1_000 }),
        event(`${url}/third`, { at: NOON + 59_000 }, { name: 'Signup', props: '{"plan":"pro"}' }),
        event(`${url}/other`, { ip: '203.0.113.8' }),
      ]),
    );
    expect(answer).toEqual({ accepted: 4, dropped: [] });
    const hits = await hitsOf(site);
    expect(hits.map((hit) => [hit.pathname, hit.occurred_at.toISOString(), hit.day, hit.hour, hit.via])).toEqual([
      ['/first', '2026-03-08T23:00:00.000Z', '2026-03-09', 0, 2],
      ['/second', '2026-03-10T11:59:59.000Z', '2026-03-10', 12, 2],
      // What is ahead is the skew of a clock.
      ['/third', '2026-03-10T12:00:00.000Z', '2026-03-10', 13, 2],
      ['/other', '2026-03-10T12:00:00.000Z', '2026-03-10', 13, 2],
    ]);
    const [first, second, third, other] = hits.map(({ visitor }) => visitor);
    expect(second).toBe(third);
    expect(new Set([first, second, other]).size).toBe(3);
  });

  it('has the same visitor as a hit that came live', async () => {
    const site = await given(owner.db).site();
    const intake = await openIntake();
    const headers = { origin: `https://${site.domain}`, 'user-agent': FIREFOX };
    const live = { body: { ...BODY, url: `https://${site.domain}/` }, headers, peer: '203.0.113.7' };
    expect(await intake.accept(live)).toEqual({ outcome: 'recorded' });
    await intake.acceptBatch(batch([event(`https://${site.domain}/late`, { at: NOON - 3_600_000 })]));
    const [a, b] = await hitsOf(site);
    expect(b?.visitor).toBe(a?.visitor);
  });

  it('finds the site by its id, by a domain, by the host of the page; and one that is new', async () => {
    const intake = await openIntake();
    const [site, old] = [await given(owner.db).site(), await given(owner.db).site()];
    const events = [
      event('https://elsewhere.example/a', {}, { sites: [site.id] }),
      event('https://elsewhere.example/b', {}, { sites: [site.domain] }),
      event(`https://www.${site.domain}/c`),
      event(`https://user:pass@${site.domain}/d`),
      event(`https://${old.domain}/`),
    ];
    expect(await intake.acceptBatch(batch(events))).toEqual({ accepted: 5, dropped: [] });
    expect((await hitsOf(site)).map(({ pathname }) => pathname)).toEqual(['/a', '/b', '/c', '/d']);
    expect(await hitsOf(old)).toHaveLength(1);
  });

  it('says of each event that does not count why, and logs what rules may judge anew', async () => {
    const [site, foreign] = [await given(owner.db).site(), await given(owner.db).site()];
    await sql`update sites set excluded_ips = '{198.51.100.1}', excluded_paths = '{/hidden}', respect_gpc = true
      where site_id = ${site.siteId}`.execute(owner.db);
    const intake = await openIntake();
    const url = `https://${site.domain}`;
    const events = [
      event(`${url}/good`),
      event(`${url}/bot`, { userAgent: 'curl/8.11.0' }),
      event(`${url}/spam`, {}, { referrer: 'https://spam.example/' }),
      event(`${url}/hidden`),
      event(`${url}/excluded`, { ip: '198.51.100.1' }),
      event('https://nowhere.example/'),
      event(`https://${foreign.domain}/`),
      event(url, {}, { sites: [randomUUID()] }),
      event(`${url}/old`, { at: Date.parse('2026-03-08T23:59:59.999Z') }),
      event(`${url}/ancient`, { at: 100_000_000_000 }),
      // Of the server itself, which is a machine.
      { pointer: '/10', body: { ...BODY, url: `${url}/own` } },
    ];
    const sight = { siteIds: [site.id], account: null, groups: null };
    expect(await intake.acceptBatch(batch(events, undefined, { sight } as never))).toEqual({
      accepted: 1,
      dropped: [
        { index: 1, reason: 'bot' },
        { index: 2, reason: 'spam_referrer' },
        { index: 3, reason: 'excluded_path' },
        { index: 4, reason: 'excluded_ip' },
        { index: 5, reason: 'unknown_site' },
        { index: 6, reason: 'unknown_site' },
        { index: 7, reason: 'unknown_site' },
        { index: 8, reason: 'too_old' },
        { index: 9, reason: 'too_old' },
        { index: 10, reason: 'bot' },
      ],
    });
    expect((await hitsOf(site)).map(({ pathname }) => pathname)).toEqual(['/good', '/bot', '/spam', '/hidden', '/own']);
    expect(await hitsOf(foreign)).toEqual([]);
    await intake.stop();
    const counts = await sql`select reason, hits from drop_counts where site_id = ${site.siteId}`.execute(owner.db);
    expect(counts.rows).toEqual([{ reason: 'excluded_ip', hits: '1' }]);
    // That of somebody else's site is not listed as one that is missing.
    const refused = await sql<{ host: string }>`select host from refused_hosts`.execute(owner.db);
    expect(refused.rows).toEqual([{ host: 'nowhere.example' }]);
  });

  it.each([
    ['2026-03-10T22:30:00Z', '2026-03-08T23:00:00Z'],
    ['2026-03-10T23:30:00Z', '2026-03-09T23:00:00Z'], // half past midnight in Berlin
  ])('takes what is of yesterday or today at the site: at %s since %s', async (now, yesterday) => {
    const site = await given(owner.db).site({ timezone: 'Europe/Berlin' });
    const intake = await openIntake({ at: Date.parse(now) });
    const url = `https://${site.domain}/`;
    const events = [event(url, { at: Date.parse(yesterday) }), event(url, { at: Date.parse(yesterday) - 1 })];
    expect(await intake.acceptBatch(batch(events))).toEqual({ accepted: 1, dropped: [{ index: 1, reason: 'too_old' }] });
  });

  it('takes nothing of yesterday once its salt is destroyed: in the last hour of a day of 25', async () => {
    const site = await given(owner.db).site({ timezone: 'Europe/Berlin' });
    const url = `https://${site.domain}/`;
    // Yesterday, and the first instant of that day.
    const events = [event(url, { at: Date.parse('2026-10-24T20:00:00Z') }), event(url, { at: Date.parse('2026-10-24T22:00:00Z') })];
    const before = await openIntake({ at: Date.parse('2026-10-25T21:59:59Z') });
    expect(await before.acceptBatch(batch(events))).toEqual({ accepted: 2, dropped: [] });
    const after = await openIntake({ at: Date.parse('2026-10-25T22:00:00Z') });
    expect(await after.acceptBatch(batch(events))).toEqual({ accepted: 1, dropped: [{ index: 0, reason: 'too_old' }] });
  });

  it('is there whole, or not at all: one value that the database refuses, and nothing is stored or kept', async () => {
    const site = await given(owner.db).site();
    const intake = await openIntake();
    const url = `https://${site.domain}/`;
    const events = [event(url), event(url, {}, { width: 2 ** 40 }), event(url)];
    await expect(intake.acceptBatch(batch(events))).rejects.toThrow(InvalidInput);
    const key = randomUUID();
    await expect(intake.acceptBatch(batch(events, key))).rejects.toThrow(InvalidInput);
    expect(await hitsOf(site)).toEqual([]);
    expect(await keptFor(key)).toEqual([]);
    // And so the key is free for what is mended.
    expect(await intake.acceptBatch(batch([event(url)], key))).toEqual({ accepted: 1, dropped: [] });
  });

  it('counts nothing for a site that was deleted meanwhile', async () => {
    const site = await given(owner.db).site();
    const intake = await openIntake();
    await owner.db.deleteFrom('sites').where('site_id', '=', site.siteId).execute();
    const [key, events] = [randomUUID(), [event(`https://${site.domain}/`)]];
    const gone = { accepted: 0, dropped: [{ index: 0, reason: 'unknown_site' }] };
    expect(await intake.acceptBatch(batch(events, key))).toEqual(gone);
    expect(await keptFor(key)).toEqual([{ result: gone }]);
  });
});

describe('under an Idempotency-Key, a batch', () => {
  const told = (answers: readonly BatchAnswer[]) => new Set(answers.map((answer) => JSON.stringify(answer))).size;

  it('is appended once, however often it comes, at once and later, through whatever process', async () => {
    const site = await given(owner.db).site();
    await sql`update sites set excluded_ips = '{198.51.100.1}' where site_id = ${site.siteId}`.execute(owner.db);
    const intakes = [await openIntake(), await openIntake(), await openIntake({ at: NOON + 3 * 86_400_000 })] as const;
    const url = `https://${site.domain}/`;
    const events = [event(url, { at: NOON }), event(url, { ip: '198.51.100.1', at: NOON }), event(url, { userAgent: '', at: NOON })];
    const key = randomUUID();
    const send = (intake: Intake): Promise<BatchAnswer> => intake.acceptBatch(batch(events, key));
    const answers = await Promise.all([0, 1, 0, 1, 0, 1].map((i) => send(intakes[i as 0 | 1])));
    // Days later it would be too old: but it is the same answer that comes again.
    answers.push(await send(intakes[2]));
    expect([told(answers), answers[0]?.accepted]).toEqual([1, 1]);
    expect(await hitsOf(site)).toHaveLength(2);
    for (const intake of intakes) await intake.stop();
    const counts = await sql`select hits from drop_counts where site_id = ${site.siteId}`.execute(owner.db);
    expect(counts.rows).toEqual([{ hits: '1' }]);
  });

  it('is refused with another body, and taken of another sender', async () => {
    const site = await given(owner.db).site();
    const intake = await openIntake();
    const url = `https://${site.domain}/`;
    const key = randomUUID();
    await intake.acceptBatch(batch([event(url)], key));
    await expect(intake.acceptBatch(batch([event(url), event(url)], key))).rejects.toThrow(KeyReused);
    await intake.acceptBatch(batch([event(url)], key, { actor: 'key:another' }));
    expect(await hitsOf(site)).toHaveLength(2);
    // The first answer is gone, as after an erasure: it is not done a second time.
    await owner.db.updateTable('command_results').set({ result: null }).where('key', '=', key).execute();
    await expect(intake.acceptBatch(batch([event(url)], key))).rejects.toThrow(Conflict);
    await sql`update command_results set created_at = now() - interval '25 hours' where key = ${key}`.execute(owner.db);
    expect(await intake.acceptBatch(batch([event(url)], key))).toEqual({ accepted: 1, dropped: [] });
  });

  it.each([[true], [false]])('is stored once when its connection is cut between the key and the append (key: %s)', async (hasKey) => {
    const site = await given(owner.db).site();
    const intake = await openIntake();
    const key = randomUUID();
    const events = Array.from({ length: 5 }, () => event(`https://${site.domain}/`));
    const backend = async (): Promise<number> => {
      for (;;) {
        const { rows } = await sql<{ pid: number }>`
          select pid from pg_stat_activity where wait_event = 'advisory' and query like '%append_hits%'
          and datname = current_database()`.execute(owner.db);
        if (rows[0] !== undefined) return rows[0].pid;
      }
    };
    const { answering, first } = await owner.db.transaction().execute(async (tx) => {
      await sql`select antics.log_lock()`.execute(tx);
      const sent = intake.acceptBatch(batch(events, hasKey ? key : undefined));
      const pid = await backend();
      // What is held back is seen by nobody.
      expect(await keptFor(key)).toEqual([]);
      await sql`select pg_terminate_backend(${pid})`.execute(tx);
      return { answering: sent, first: pid };
    });
    expect(first).toBeGreaterThan(0);
    expect(await answering).toEqual({ accepted: 5, dropped: [] });
    expect(await hitsOf(site)).toHaveLength(5);
    if (hasKey) expect(await intake.acceptBatch(batch(events, key))).toEqual({ accepted: 5, dropped: [] });
    expect(await hitsOf(site)).toHaveLength(5);
  });
});

describe('the rate of a site', () => {
  const rateLimits = { client: null, site: { perSecond: 0.1, burst: 10 } };

  it('is charged by the event, over all sites of a batch at once, and lets through more than a burst in time', async () => {
    const [a, b] = [await given(owner.db).site(), await given(owner.db).site()];
    const intake = await openIntake({ rateLimits });
    const events = (count: number, { domain }: GivenSite) => Array.from({ length: count }, () => event(`https://${domain}/`));
    const key = randomUUID();
    await intake.acceptBatch(batch(events(6, a), key));
    const both = batch([...events(5, a), ...events(5, b)]);
    await expect(intake.acceptBatch(both)).rejects.toMatchObject({ constructor: TooMany, retryAfterSeconds: 10 });
    // Nothing was charged for that, and nothing for what came before.
    for (let i = 0; i < 20; i += 1) await intake.acceptBatch(batch(events(6, a), key));
    await intake.acceptBatch(batch([...events(4, a), ...events(5, b)]));
    await expect(intake.acceptBatch(batch(events(6, b)))).rejects.toThrow(TooMany);
    const fresh = await given(owner.db).site();
    expect(await intake.acceptBatch(batch(events(500, fresh)))).toMatchObject({ accepted: 500 });
    await expect(intake.acceptBatch(batch(events(1, fresh)))).rejects.toMatchObject({ retryAfterSeconds: 4_910 });
    expect([await hitsOf(a), await hitsOf(b)].map(({ length }) => length)).toEqual([10, 5]);
  });
});

it('is told to come again once the intake stops', async () => {
  const site = await given(owner.db).site();
  const intake = await openIntake();
  const last = intake.acceptBatch(batch([event(`https://${site.domain}/`)]));
  await last;
  await intake.stop();
  await expect(intake.acceptBatch(batch([event(`https://${site.domain}/`)]))).rejects.toThrow(Unavailable);
  expect(await hitsOf(site)).toHaveLength(1);
});
