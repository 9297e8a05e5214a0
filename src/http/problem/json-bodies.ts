import { isUtf8 } from 'node:buffer';
import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { InvalidInput } from '../../platform/errors.ts';
import { answerOf } from './answer-of.ts';
import { isDeep, MAX_DEPTH } from './json-depth.ts';
import { PROBLEM_TYPE } from './problem.ts';

/**
 * Reads JSON, and no other body, by Fastify's own parser, which refuses `__proto__`. Before it, what would be stored
 * damaged (no UTF-8) or could not be walked (too deep) is refused. A request without a body may name its type.
 * @param ofVisitors paths of bodies with what visitors may have named: there such a key is a property like any other, as
 *   they are copied key by key
 */
export function readJsonBodies(fastify: FastifyInstance, ofVisitors: readonly string[]): void {
  const strict = fastify.getDefaultJsonParser('error', 'error');
  const lenient = fastify.getDefaultJsonParser('ignore', 'ignore');
  fastify.removeContentTypeParser(['text/plain', 'application/json']);
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    if (bytes.length === 0) done(null, undefined);
    else if (!isUtf8(bytes)) done(refusal('must be UTF-8'));
    else if (isDeep(bytes)) done(refusal(`must not be nested deeper than ${MAX_DEPTH} levels`));
    else {
      const parse = ofVisitors.includes(request.routeOptions.url ?? '') ? lenient : strict;
      void parse(request, bytes.toString('utf8'), done);
    }
  });
}

function refusal(detail: string): InvalidInput {
  return new InvalidInput(`The body ${detail}.`, [{ pointer: '', detail }]);
}

const BY_CODE: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** What Node's parser could not read as HTTP has no request that a route could answer: the problem is written as it is. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const statusCode = BY_CODE[error.code ?? ''] ?? 400;
  const body = JSON.stringify(answerOf({ statusCode }, false).problem);
  socket.end(
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode] ?? ''}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
