import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { given } from '../../test/given.ts';
import { openInbox, type Inbox } from '../../test/setup/inbox.ts';
import { createTestDatabase, type TestDatabase } from '../../test/setup/test-database.ts';
import { openDatabase, type Database } from '../platform/database.ts';
import { createMailer } from '../platform/mail.ts';
import '../models/alerts/alerts.tables.ts';
import { MAX_REFUSALS, sendAlertMail } from './send-alert-mail.ts';

let testDatabase: TestDatabase;
let owner: Database;
let writer: Database;
let inbox: Inbox;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const options = { url: testDatabase.url, max: 3, applicationName: 'test', onError: () => undefined };
  owner = openDatabase(options);
  writer = openDatabase({ ...options, role: 'writer' });
  inbox = await openInbox();
});
afterAll(async () => {
  await Promise.all([owner.close(), writer.close(), inbox.stop()]);
  await testDatabase.drop();
});
beforeEach(() => {
  inbox.manner = 'take';
  inbox.mails.length = 0;
  inbox.offered = 0;
  logged.length = 0;
});

const now = Date.parse('2026-03-02T10:20:30Z');
const logged: string[] = [];

/** A change whose mail is owed. */
async function owe(site: Parameters<ReturnType<typeof given>['site']>[0] = {}, change: object = {}) {
  const made = await given(owner.db).site(site);
  const [alert, id] = [randomUUID(), randomUUID()];
  const values = { metric: 'visitors', operator: 'lt', threshold: 10, email: 'you@example.com', window: '24h' } as const;
  await owner.db
    .insertInto('alerts')
    .values({ ...values, id: alert, site: made.id, created_at: new Date(now), version: 2 })
    .execute();
  const at = new Date(now);
  await owner.db
    .insertInto('alert_mails')
    .values({ id, alert, kind: 'started', value: 4, since: at, changed_at: at, ...change })
    .execute();
  return { site: made, alert, id };
}

function send({ id }: { id: string }, more: { at?: number; mailer?: undefined; timeoutMs?: number } = {}): Promise<void> {
  const mailer = createMailer({ url: inbox.url, from: 'antics@example.org', timeoutMs: more.timeoutMs ?? 10_000 });
  return sendAlertMail(
    {
      writer: writer.db,
      mailer: 'mailer' in more ? undefined : mailer,
      baseUrl: () => 'http://127.0.0.1:8480',
      clock: () => more.at ?? now,
      log: { warn: (...line: unknown[]) => void logged.push(JSON.stringify(line) + String((line[0] as { err?: unknown }).err)) },
    },
    id,
  );
}

const rowOf = ({ id }: { id: string }) =>
  owner.db.selectFrom('alert_mails').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const mailedAt = async ({ alert }: { alert: string }) =>
  (await owner.db.selectFrom('alerts').select('last_mailed_at').where('id', '=', alert).executeTakeFirstOrThrow())
    .last_mailed_at;

it('says what holds, the figure, since when and where, and is noted', async () => {
  const owed = await owe({ domain: 'shop.example' });
  await send(owed, { at: now + 5 });
  expect(inbox.mails).toHaveLength(1);
  expect(inbox.mails[0]).toMatchObject({
    to: ['you@example.com'],
    headers: { 'message-id': `<${owed.id}@example.org>`, subject: 'shop.example: visitors below 10' },
  });
  expect(inbox.mails[0]?.text).toBe(`An alert of shop.example started to hold.

Condition:  visitors below 10, over the last 24 hours
Figure:     4
Since:      2026-03-02 10:20 UTC
Figures:    http://127.0.0.1:8480/api/stats/${owed.site.id}?period=today
Alert:      ${owed.alert}

One more mail follows when it holds no longer.
`);
  expect((await rowOf(owed)).sent_at).toEqual(new Date(now + 5));
  expect(await mailedAt(owed)).toEqual(new Date(now + 5));
});

it('says that it holds no longer, and of what time it did', async () => {
  const owed = await owe({ domain: 'b.example' }, { kind: 'stopped', value: null, changed_at: new Date(now + 3_600_000) });
  await send(owed);
  expect(inbox.mails[0]?.headers['subject']).toBe('b.example: visitors below 10 no longer');
  expect(inbox.mails[0]?.text).toMatch(/Figure: {5}none.*\nSince: {6}2026-03-02 10:20 UTC, until 2026-03-02 11:20 UTC/);
});

it('shows the name of a site as text on one line, whatever it is', async () => {
  const name = '<script>alert(1)</script>\r\nBcc: evil@example.com\u202e\r\n.\r\n=?utf-8?q?x?= ünï';
  await send(await owe({ domain: 'c.example', name }));
  const [mail] = inbox.mails;
  expect(inbox.mails).toHaveLength(1);
  expect(mail?.to).toEqual(['you@example.com']);
  expect(mail?.headers).not.toHaveProperty('bcc');
  expect(mail?.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(mail?.headers['subject']).toBe('c.example: visitors below 10');
  expect(mail?.text.split('\n')[0]).toBe(
    'An alert of c.example (<script>alert(1)</script> Bcc: evil@example.com . =?utf-8?q?x?= ünï) started to hold.',
  );
});

it('goes once, where two processes send it at once, and never again', async () => {
  const owed = await owe();
  const results = await Promise.allSettled([send(owed), send(owed), send(owed)]);
  expect(results.some((result) => result.status === 'fulfilled')).toBe(true);
  await send(owed);
  expect(inbox.offered).toBe(1);
});

it.each(['put off', 'die', 'hang'] as const)('is tried again where the server does this: %s', async (manner) => {
  const owed = await owe();
  inbox.manner = manner;
  await expect(send(owed, { timeoutMs: 300 })).rejects.toThrow('the mail did not go');
  expect(await rowOf(owed)).toMatchObject({ attempts: 1, refusals: 0, sent_at: null, claimed_until: null });
  expect(logged.join()).not.toMatch(/you@/);
  expect(logged).toHaveLength(1);
  inbox.manner = 'take';
  await send(owed);
  expect(inbox.mails.map((mail) => mail.headers['message-id'])).toEqual([`<${owed.id}@example.org>`]);
});

it('is given up after some refusals for good', async () => {
  const owed = await owe();
  inbox.manner = 'refuse';
  for (let i = 1; i < MAX_REFUSALS; i++) await expect(send(owed)).rejects.toThrow('550');
  expect((await rowOf(owed)).given_up_at).toBeNull();
  await send(owed);
  expect((await rowOf(owed)).given_up_at).not.toBeNull();
  await send(owed);
  expect(inbox.offered).toBe(MAX_REFUSALS);
});

it('of a process that died while it sent goes once that one’s time is over, under the same Message-ID', async () => {
  const owed = await owe();
  await sql`update alert_mails set attempts = 1, claimed_until = now() + interval '50 seconds' where id = ${owed.id}`
    .execute(owner.db);
  await expect(send(owed)).rejects.toThrow('another process');
  expect(inbox.offered).toBe(0);
  await sql`update alert_mails set claimed_until = now() - interval '1 second' where id = ${owed.id}`.execute(owner.db);
  await send(owed);
  expect(inbox.mails[0]?.headers['message-id']).toBe(`<${owed.id}@example.org>`);
});

it('stays owed without a mail server, and goes once there is one', async () => {
  const owed = await owe();
  await send(owed, { mailer: undefined });
  expect(await rowOf(owed)).toMatchObject({ attempts: 0, sent_at: null, given_up_at: null });
  await send(owed);
  expect(inbox.mails).toHaveLength(1);
});

it('that is a day old, or whose alert or site is gone, does not go', async () => {
  const old = await owe();
  await send(old, { at: now + 24 * 3_600_000 + 1 });
  expect((await rowOf(old)).given_up_at).not.toBeNull();
  const orphan = await owe();
  await owner.db.deleteFrom('alerts').where('id', '=', orphan.alert).execute();
  await send(orphan);
  const siteless = await owe();
  await owner.db.deleteFrom('sites').where('id', '=', siteless.site.id).execute();
  await send(siteless);
  await send({ id: randomUUID() });
  expect(inbox.offered).toBe(0);
});
