import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** The head as it came, lower-case names and all. */
  readonly head: string;
  readonly body: string;
}

export interface RawRequest {
  readonly port: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** The client's own address, such as `127.0.0.2`. */
  readonly from?: string;
  readonly method?: string;
  readonly path: string;
  /** Lines of headers, byte by byte: Latin-1 text, without their line ends. Host and Connection are there. */
  readonly lines?: readonly string[];
}

/** Sends a request as no client would write it, and reads until the server closes. */
export function askRaw({ port, host = '127.0.0.1', from, method = 'GET', path, lines = [] }: RawRequest) {
  return new Promise<RawAnswer>((resolve, reject) => {
    const socket = connect({ port, host, ...(from !== undefined && { localAddress: from }) });
    const head = [`${method} ${path} HTTP/1.1`, 'Host: antics.example', 'Connection: close', ...lines];
    const parts: Buffer[] = [];
    socket.on('error', reject);
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('end', () => resolve(parse(Buffer.concat(parts).toString('latin1'))));
    // No half-closed connection: Node's server would take that for a client that has gone.
    socket.write(Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'));
  });
}

function parse(text: string): RawAnswer {
  const [head = '', ...body] = text.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]), head, body: body.join('\r\n\r\n') };
}

/** The bytes that UTF-8 has for a text, as Latin-1 text. */
export function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
