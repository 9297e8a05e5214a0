import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { alertJobs } from '../../src/jobs/check-alerts.jobs.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openQueue, type JobDefinition, type Queue } from '../../src/platform/queue.ts';
import { build, freePort, run, type Built, type Run } from '../e2e/built.ts';
import { startTestServer, until, type TestServer } from '../e2e/harness.ts';
import { FIREFOX } from '../given.ts';
import { openInbox, type Inbox } from '../setup/inbox.ts';

/** An API in this process, workers in processes of their own that are killed, a mail server that fails. */
let antics: TestServer;
let inbox: Inbox;
let built: Built;
let queue: Queue;
let check: JobDefinition<object>;
const workers: Run[] = [];

beforeAll(async () => {
  inbox = await openInbox();
  built = await build();
  antics = await startTestServer({ ANTICS_ROLE: 'api', SMTP_URL: inbox.url });
  const { db } = antics.database;
  const parts = { writer: db, reader: db, clock: systemClock, mailer: undefined, baseUrl: () => '' };
  const jobs = alertJobs({ ...parts, queue: () => queue, log: { warn: () => undefined } });
  check = jobs.find((job) => job.name === 'check-alerts')!;
  queue = openQueue({ url: antics.url, jobs, work: false, onError: () => undefined });
  await queue.start();
});
afterAll(async () => {
  for (const worker of workers) await kill(worker);
  await queue.stop();
  await antics.stop();
  await inbox.stop();
  await built.remove();
});

const PATIENCE_MS = 60_000;

async function startWorker(): Promise<Run> {
  const env = { DATABASE_URL: antics.url, ANTICS_DATA_DIR: built.folder, ANTICS_LOG_LEVEL: 'warn', ANTICS_ROLE: 'worker' };
  const mail = { SMTP_URL: inbox.url, ANTICS_MAIL_FROM: 'antics@example.org' };
  const worker = run(built, [], { ...env, ...mail, ANTICS_PORT: String(await freePort()) });
  workers.push(worker);
  return worker;
}

async function kill(worker: Run): Promise<void> {
  worker.child.kill('SIGKILL');
  await worker.ended;
}

/** As the clock does every five minutes; null where one waits already. */
async function whileChecking<T>(probe: () => Promise<T | undefined>): Promise<T> {
  return until(PATIENCE_MS, async () => {
    const found = await probe();
    if (found === undefined) await queue.enqueue(check, {});
    return found;
  });
}

/** What a killed process held is free when its minute is over, and then the queue's upkeep gives its job back: now. */
async function letAMinutePass(): Promise<void> {
  const { db } = antics.database;
  await sql`update alert_mails set claimed_until = now() where claimed_until is not null`.execute(db);
  await sql`update pgboss.job set state = 'retry', start_after = now() where state = 'active'`.execute(db);
}

const mailsOf = (domain: string) => inbox.mails.filter((mail) => mail.headers['subject']?.startsWith(`${domain}:`));
const stateOf = async (id: string): Promise<unknown> => (await antics.ask(`/api/alerts/${id}`)).json.state;
const isTrue = (value: boolean): true | undefined => (value ? true : undefined);

it('both mails of an alert arrive once, through killed workers and a failing mail server', async () => {
  const site = await antics.createSite({ domain: `${randomUUID()}.example` });
  const asked = { site_id: site.id, metric: 'visitors', operator: 'lt', threshold: 1, email: 'you@example.com' };
  const { id } = (await antics.ask('/api/alerts', { method: 'POST', body: asked })).json as { id: string };

  // Killed while the mail server says nothing to the text of the mail: whether it was taken is not known.
  inbox.manner = 'hang';
  const first = await startWorker();
  await whileChecking(async () => isTrue(inbox.offered > 0));
  await kill(first);
  expect(await stateOf(id)).toBe('firing');
  expect(mailsOf(site.domain)).toEqual([]);

  inbox.manner = 'put off';
  inbox.offered = 0;
  await letAMinutePass();
  const second = await startWorker();
  await whileChecking(async () => isTrue(inbox.offered > 0));
  inbox.manner = 'take';
  await whileChecking(async () => {
    // What was put off is due in eight seconds or more: now.
    await sql`update pgboss.job set start_after = now() where state = 'retry'`.execute(antics.database.db);
    return isTrue(mailsOf(site.domain).length === 1);
  });

  // It holds no longer. Killed between the change and the mail, which this worker has no chance to send.
  inbox.manner = 'hang';
  inbox.offered = 0;
  const hit = { method: 'POST', key: null, headers: { origin: `https://${site.domain}`, 'user-agent': FIREFOX } };
  expect((await antics.ask('/api/event', { ...hit, body: { u: `https://${site.domain}/` } })).status).toBe(202);
  await whileChecking(async () => isTrue((await stateOf(id)) === 'ok'));
  await kill(second);

  inbox.manner = 'take';
  await letAMinutePass();
  await startWorker();
  const mails = await whileChecking(async () => {
    const found = mailsOf(site.domain);
    return found.length === 2 ? found : undefined;
  });
  const ids = mails.map((mail) => mail.headers['message-id']);
  expect(new Set(ids).size).toBe(2);
  const { rows } = await sql<{ id: string }>`select id from alert_mails where alert = ${id} order by changed_at`.execute(
    antics.database.db,
  );
  expect(ids).toEqual(rows.map((row) => `<${row.id}@example.org>`));
  expect((await antics.ask(`/api/audit?site_id=${site.id}`)).json.entries).toMatchObject([
    { command: 'CreateSite' },
    { command: 'CreateAlert' },
    { command: 'AlertStarted', actor: 'system' },
    { command: 'AlertStopped', actor: 'system' },
  ]);
}, 180_000);
