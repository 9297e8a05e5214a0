import { request as ask, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';

/** A request as it came to a proxy. */
export interface Passed {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Hands a request on as a small reverse proxy does, under another address, and its answer back.
 * @param to address: `http://127.0.0.1:8480/api/event`
 * @returns what was handed on, once it is answered
 */
export async function passOn(request: IncomingMessage, response: ServerResponse, to: string): Promise<Passed> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const { host: _own, ...headers } = request.headers;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    ask(to, { method: request.method!, headers }, resolve).on('error', reject).end(body);
  });
  response.writeHead(answer.statusCode!, answer.headers);
  await new Promise((resolve) => answer.pipe(response).on('close', resolve));
  return { method: request.method!, headers: request.headers, body: body.toString() };
}
