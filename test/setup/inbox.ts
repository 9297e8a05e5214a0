import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';

/**
 * How the server treats a mail: takes it, puts it off (451), refuses the recipient for good (550), never answers to the
 * text of it, or ends the connection in the middle of it.
 */
export type Manner = 'take' | 'put off' | 'refuse' | 'hang' | 'die';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** By lower-case name, unfolded. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A mail server on a free port of 127.0.0.1. */
export interface Inbox {
  readonly url: string;
  readonly mails: Mail[];
  /** Mails that were offered, taken or not. */
  offered: number;
  manner: Manner;
  stop(): Promise<void>;
}

export async function openInbox(): Promise<Inbox> {
  const sockets = new Set<Socket>();
  const inbox = { url: '', mails: [] as Mail[], offered: 0, manner: 'take' as Manner };
  const refusal = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onRcptTo({ address }, _session, callback) {
      inbox.offered += 1;
      if (inbox.manner === 'put off') callback(refusal(451, `<${address}> later`));
      else if (inbox.manner === 'refuse') callback(refusal(550, `<${address}> no such user`));
      else callback();
    },
    onData(stream, { envelope }, callback) {
      const parts: Buffer[] = [];
      if (inbox.manner === 'die') for (const socket of sockets) socket.destroy();
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        if (inbox.manner === 'hang') return;
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const to = envelope.rcptTo.map((one) => one.address);
        inbox.mails.push({ from, to, ...parse(Buffer.concat(parts).toString('latin1')) });
        callback();
      });
    },
  });
  server.on('error', () => undefined); // a connection that was ended on purpose
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  inbox.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  return Object.assign(inbox, {
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(resolve));
    },
  });
}

function parse(raw: string): Pick<Mail, 'headers' | 'text'> {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw.slice(0, end).replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const body = raw.slice(end + 4);
  const encoding = headers['content-transfer-encoding'];
  return { headers, text: decode(body, encoding).replaceAll('\r\n', '\n') };
}

function decode(body: string, encoding: string | undefined): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return Buffer.from(body, 'latin1').toString('utf8');
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
