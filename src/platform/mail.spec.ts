import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { openInbox, type Inbox } from '../../test/setup/inbox.ts';
import { createMailer, MailFailure, type MailMessage } from './mail.ts';

let inbox: Inbox;
beforeAll(async () => {
  inbox = await openInbox();
});
afterAll(() => inbox.stop());
beforeEach(() => {
  inbox.manner = 'take';
  inbox.mails.length = 0;
});

const message: MailMessage = { id: 'change-1', to: 'you@example.com', subject: 'Hello', text: 'Some text\n' };
const mailer = (more: object = {}) => createMailer({ url: inbox.url, ...more });
const failure = (sending: Promise<void>): Promise<unknown> => sending.then(
  () => undefined,
  (e: unknown) => e,
);

it('sends text, with the Message-ID that it was told, from one address to one', async () => {
  await mailer({ from: 'antics@example.org' }).send(message);
  await mailer({ from: 'antics@example.org' }).send(message);
  expect(inbox.mails).toHaveLength(2);
  expect(inbox.mails[0]).toMatchObject({
    from: 'antics@example.org',
    to: ['you@example.com'],
    headers: {
      'message-id': '<change-1@example.org>',
      subject: 'Hello',
      from: 'Antics <antics@example.org>',
      to: 'you@example.com',
      'auto-submitted': 'auto-generated',
      'content-type': 'text/plain; charset=utf-8',
    },
    text: 'Some text\n',
  });
  expect(inbox.mails[1]?.headers['message-id']).toBe('<change-1@example.org>');
});

it.each([
  ['smtp://mail.example.com:25', 'antics@mail.example.com'],
  ['smtps://a:b@10.0.0.1', 'antics@[10.0.0.1]'],
  ['smtp://[::1]:25', 'antics@[IPv6:::1]'],
])('by default comes from the server’s own name: %s', (url, from) => {
  expect(createMailer({ url }).from).toBe(from);
});

it('lets no subject and no address add a header or a recipient', async () => {
  const subject = 'a\r\nBcc: evil@example.com\r\n\r\nbody\u0000\u2028b';
  await mailer().send({ ...message, subject });
  const to = 'you@example.com\r\nBcc: evil@example.com';
  await failure(mailer().send({ ...message, to }));
  await failure(mailer().send({ ...message, to: 'a@example.com, evil@example.com' }));
  expect(inbox.mails[0]?.headers).not.toHaveProperty('bcc');
  expect(inbox.mails[0]?.headers['subject']).toBe('a Bcc: evil@example.com body b');
  expect(inbox.mails.flatMap((mail) => mail.to)).not.toContain('evil@example.com');
});

it('tells what is meant to last from what is not, and quotes no address', async () => {
  inbox.manner = 'put off';
  const later = await failure(mailer().send(message));
  inbox.manner = 'refuse';
  const never = await failure(mailer().send(message));
  expect(later).toMatchObject({ isPermanent: false, message: expect.stringMatching(/451/) });
  expect(never).toMatchObject({ isPermanent: true, message: expect.stringMatching(/550/) });
  expect([later, never].map(String).join()).not.toMatch(/example\.com/);
});

it.each(['hang', 'die'] as const)('gives up a server that does this amid a mail: %s', async (manner) => {
  inbox.manner = manner;
  const failed = await failure(mailer({ timeoutMs: 300 }).send(message));
  expect(failed).toBeInstanceOf(MailFailure);
  expect(failed).toMatchObject({ isPermanent: false });
});

it('gives up a server that takes the connection and says nothing, or nobody who listens', async () => {
  const mute = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const { port } = mute.address() as AddressInfo;
  expect(await failure(mailer({ url: `smtp://127.0.0.1:${port}`, timeoutMs: 300 }).send(message))).toBeInstanceOf(MailFailure);
  await new Promise((resolve) => mute.close(resolve));
  expect(await failure(mailer({ url: `smtp://127.0.0.1:${port}`, timeoutMs: 300 }).send(message))).toBeInstanceOf(MailFailure);
});

it('ends at its limit, and when it is told to, however the server dawdles', async () => {
  inbox.manner = 'hang';
  const slow = { timeoutMs: 60_000 };
  expect(await failure(mailer({ ...slow, limitMs: 200 }).send(message))).toBeInstanceOf(MailFailure);
  expect(await failure(mailer(slow).send(message, AbortSignal.timeout(200)))).toBeInstanceOf(MailFailure);
});
