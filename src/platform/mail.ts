import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';

export interface MailSetup {
  /** `smtp://` (STARTTLS where the server offers it) or `smtps://`, with user and password if need be. */
  readonly url: string;
  /** Address of the sender. Default: `antics@` the server's name. */
  readonly from?: string | undefined;
  /** Of connecting, of the greeting, and of silence in between. Default 10,000. */
  readonly timeoutMs?: number;
  /** For the whole of a mail: a server that answers a byte a second is given up too. Default 45,000. */
  readonly limitMs?: number;
}

export interface MailMessage {
  /** Left part of the Message-ID: the same mail sent again has the same one. */
  readonly id: string;
  /** One plain address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /** Address of the sender. */
  readonly from: string;
  /** Resolves when the server has taken it. @throws MailFailure */
  send(message: MailMessage, signal?: AbortSignal): Promise<void>;
}

/** A mail that the server did not take, or perhaps took without our hearing of it. It names no address. */
export class MailFailure extends Error {
  /** The server's refusal is meant to last (5xx): trying again will hardly help. */
  readonly isPermanent: boolean;

  constructor(code: string, status: number | undefined) {
    super(`the mail did not go: ${code}${status === undefined ? '' : `, answered ${status}`}`);
    this.name = 'MailFailure';
    this.isPermanent = status !== undefined && status >= 500 && status < 600;
  }
}

const TIMEOUT_MS = 10_000;
const LIMIT_MS = 45_000;

/** What nodemailer would read as a list, a name or another line is no address. */
const PLAIN = /^[^\s,;:<>()[\]"\\@\p{Cc}]+@[^\s,;:<>()"\\@\p{Cc}]+$/u;

/** A connection a mail: alerts are rare, and a pool would have to be drained. */
export function createMailer(o: MailSetup): Mailer {
  const timeout = o.timeoutMs ?? TIMEOUT_MS;
  const from = o.from ?? `antics@${domainOf(o.url)}`;
  const transport = createTransport({
    url: o.url,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    dnsTimeout: timeout,
    // Its log names the recipients.
    logger: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const host = from.slice(from.lastIndexOf('@') + 1);
  return {
    from,
    async send(message, signal) {
      if (!PLAIN.test(message.to)) throw new MailFailure('EENVELOPE', 553);
      const limit = AbortSignal.timeout(o.limitMs ?? LIMIT_MS);
      try {
        await transport.sendMail({
          envelope: { from, to: [message.to] },
          from: { name: 'Antics', address: from },
          to: { name: '', address: message.to },
          messageId: `<${message.id}@${host}>`,
          subject: oneLine(message.subject),
          text: message.text,
          // Out-of-office replies are of no use to anybody.
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
        });
      } catch (e) {
        throw failureOf(e);
      }
    },
  };
}

/** Text that stays within its line, and within a header: control characters and line separators become a space. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/** The words of a server often quote the recipient: only its number is told. */
function failureOf(thrown: unknown): MailFailure {
  const { code, responseCode, name } = (thrown ?? {}) as { code?: unknown; responseCode?: unknown; name?: unknown };
  const told = typeof code === 'string' ? code : typeof name === 'string' ? name : 'Error';
  return new MailFailure(told, typeof responseCode === 'number' ? responseCode : undefined);
}

function domainOf(url: string): string {
  const host = new URL(url).hostname;
  if (host.startsWith('[')) return `[IPv6:${host.slice(1, -1)}]`;
  return isIP(host) === 4 ? `[${host}]` : host;
}
