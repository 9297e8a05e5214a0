import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Accepted, HitDoor, IncomingHit } from '../../commands/record-hits/accept-hit.command.ts';
import { answerOf } from '../problem/answer-of.ts';
import { PROBLEM_TYPE, problemOf, type Problem } from '../problem/problem.ts';
import { sendGif } from './gif.ts';

export const MAX_BODY_BYTES = 64 * 1024;

/**
 * Of a route of hits. No security headers: what has no body, or may be read from any origin, has no use for them, at a
 * cost a hit.
 */
export const HIT_ROUTE = {
  bodyLimit: MAX_BODY_BYTES,
  logLevel: 'warn',
  config: { helmet: { skipRoute: true } } as object,
  // A `HEAD` beside a `GET` would count.
  exposeHeadRoute: false,
} as const;

const NOTHING = Buffer.alloc(0);
/** Names of headers, as a preflight lists them. */
const HEADER_LIST = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;
const MAX_HEADER_LIST = 1_000;
const DAY_SECONDS = '86400';

/** What a wire format has of its own in its answers. */
export interface HitAnswers {
  /** Answers a hit that was taken, whether it counts or not. */
  readonly taken: (reply: FastifyReply) => FastifyReply;
  /** Where that format has what the steps of a hit call `/u`. */
  readonly url: string;
}

/**
 * A scope of Fastify for routes of hits, beside Nest's controllers: bodies are read as bytes whatever their content
 * type is, and a parser of content types belongs to a scope, of which Nest has but one. Each request but a preflight is
 * charged to its sender before its body is read. Guards, pipes and interceptors of Nest do not run here.
 *
 * Open it before the application listens.
 */
export function openHitScope(fastify: FastifyInstance, door: HitDoor, add: (scope: FastifyInstance) => void): void {
  // Of the type that Fastify takes: a plugin that says by its callback when it is done.
  fastify.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    // Without one Fastify does not look at it: it would answer 415 to what is no content type at all.
    scope.addHook('onRequest', (request, reply, next) => {
      delete request.headers['content-type'];
      const seconds = request.method === 'OPTIONS' ? 0 : door.admit(senderOf(request));
      if (seconds === 0) next();
      else limited(reply.header('access-control-allow-origin', '*'), seconds);
    });
    scope.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply, door));
    add(scope);
    done();
  });
}

/** The body as it came, empty where there is none. */
export function bytesOf({ body }: FastifyRequest): Uint8Array {
  return body instanceof Uint8Array ? body : NOTHING;
}

export function senderOf({ raw: { headers, socket } }: FastifyRequest): Pick<IncomingHit, 'headers' | 'peer'> {
  return { headers, peer: socket.remoteAddress ?? '' };
}

/** Tells what became of a hit. The header that lets any origin read the answer is the route's to set. */
export function answerHit(reply: FastifyReply, accepted: Accepted, { taken, url }: HitAnswers): FastifyReply {
  switch (accepted.outcome) {
    case 'recorded':
      return taken(reply);
    case 'dropped':
      return taken(
        reply
          .header('x-antics-dropped', accepted.reason)
          .header('access-control-expose-headers', 'X-Antics-Dropped'),
      );
    case 'invalid':
      return badField(reply, accepted.pointer === '/u' ? url : accepted.pointer, accepted.detail);
    case 'no_key':
      void reply.header('www-authenticate', 'Bearer');
      return sendProblem(reply, problemOf(401, NO_KEY));
    case 'overloaded':
      void reply.header('retry-after', String(accepted.retryAfterSeconds));
      return sendProblem(reply, problemOf(503, 'The log cannot be written now. Try again later.'));
    case 'limited':
      return limited(reply, accepted.retryAfterSeconds);
  }
}

const NO_KEY = 'A hit without an Origin needs an API key with the scope events:write that is valid for its site.';

/** A hit that could not be read. `pointer`: a JSON pointer into the body, or a parameter's name. */
export function refuseHit(reply: FastifyReply, door: HitDoor, pointer: string, detail: string): FastifyReply {
  door.noteMalformed();
  return badField(reply, pointer, detail);
}

function badField(reply: FastifyReply, pointer: string, detail: string): FastifyReply {
  const field = pointer.replace(/^\//, '') || 'The body';
  return sendProblem(reply, problemOf(400, `${field} ${detail}.`, [{ pointer, detail }]));
}

/** Nothing of it is logged: a flood must not fill the disk by another door. */
function limited(reply: FastifyReply, seconds: number): FastifyReply {
  void reply.header('retry-after', String(seconds)).header('access-control-expose-headers', 'Retry-After');
  return sendProblem(reply, problemOf(429, 'Too many hits. Try again later.'));
}

/** What Fastify refused, such as a body that is too large, or what should not have happened. */
function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply, door: HitDoor): FastifyReply {
  const { problem, headers } = answerOf(error, true);
  if (problem.status < 500) door.noteMalformed();
  else request.log.error({ err: error }, 'a hit could not be taken');
  return sendProblem(reply.headers({ ...headers, 'access-control-allow-origin': '*' }), problem);
}

/** To an `<img>` the problem is an image, too: a page would show that one is broken. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { method, headers } = reply.request;
  if (method === 'GET' && headers.accept?.includes('image/') === true) return sendGif(reply, problem.status);
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

/** Any page may send any header: hits carry no credentials, and what counts is where they say they come from. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply): void {
  const asked = request.headers['access-control-request-headers'];
  const isList = asked !== undefined && asked.length <= MAX_HEADER_LIST && HEADER_LIST.test(asked);
  void reply
    .code(204)
    .headers({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': isList ? asked : '*',
      'access-control-max-age': DAY_SECONDS,
      vary: 'Access-Control-Request-Headers',
    })
    .send();
}
