import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Accepted, HitDoor, IncomingHit } from '../../commands/record-hits/accept-hit.command.ts';
import { answerOf } from '../problem/answer-of.ts';
import { PROBLEM_TYPE, problemOf, type Problem } from '../problem/problem.ts';
import { checkEvent } from './wire-check.ts';

export const EVENT_PATH = '/api/event';
export const MAX_BODY_BYTES = 64 * 1024;

/** No security headers: what has no body and may be read from any origin has no use for them, at a cost a hit. */
const BARE: object = { helmet: { skipRoute: true } };
const NOTHING = Buffer.alloc(0);
/** Names of headers, as a preflight lists them. */
const HEADER_LIST = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;
const MAX_HEADER_LIST = 1_000;
const DAY_SECONDS = '86400';

/**
 * `POST` and `OPTIONS /api/event`, as a route of Fastify beside Nest's controllers: the body is read as bytes whatever
 * its content type is, and a parser of content types belongs to a scope of Fastify, of which Nest has but one. Guards,
 * pipes and interceptors of Nest do not run here.
 *
 * Register it before the application listens. Answers are in docs of the API: 202 with an empty body, else
 * `application/problem+json`.
 */
export function registerEventRoute(fastify: FastifyInstance, door: HitDoor): void {
  // Of the type that Fastify takes: a plugin that says by its callback when it is done.
  fastify.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    // Without one Fastify does not look at it: it would answer 415 to what is no content type at all.
    scope.addHook('onRequest', (request, reply, next) => {
      delete request.headers['content-type'];
      const seconds = request.method === 'POST' ? door.admit(senderOf(request)) : 0;
      if (seconds === 0) next();
      else limited(reply.header('access-control-allow-origin', '*'), seconds);
    });
    scope.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply, door));
    scope.post(EVENT_PATH, { bodyLimit: MAX_BODY_BYTES, logLevel: 'warn', config: BARE }, (request, reply) =>
      postEvent(request, reply, door),
    );
    scope.options(EVENT_PATH, { logLevel: 'warn', config: BARE }, answerPreflight);
    done();
  });
}

async function postEvent(request: FastifyRequest, reply: FastifyReply, door: HitDoor): Promise<FastifyReply> {
  void reply.header('access-control-allow-origin', '*');
  const body = request.body instanceof Uint8Array ? request.body : NOTHING;
  const checked = checkEvent(body);
  if (!checked.ok) {
    door.noteMalformed();
    return badField(reply, checked.pointer, checked.detail);
  }
  return answer(reply, await door.accept({ body: checked.body, ...senderOf(request) }));
}

function senderOf({ raw: { headers, socket } }: FastifyRequest): Pick<IncomingHit, 'headers' | 'peer'> {
  return { headers, peer: socket.remoteAddress ?? '' };
}

function answer(reply: FastifyReply, accepted: Accepted): FastifyReply {
  switch (accepted.outcome) {
    case 'recorded':
      return reply.code(202).send();
    case 'dropped':
      return reply
        .code(202)
        .header('x-antics-dropped', accepted.reason)
        .header('access-control-expose-headers', 'X-Antics-Dropped')
        .send();
    case 'invalid':
      return badField(reply, accepted.pointer, accepted.detail);
    case 'no_key':
      void reply.header('www-authenticate', 'Bearer');
      return send(reply, problemOf(401, NO_KEY));
    case 'overloaded':
      void reply.header('retry-after', String(accepted.retryAfterSeconds));
      return send(reply, problemOf(503, 'The log cannot be written now. Try again later.'));
    case 'limited':
      return limited(reply, accepted.retryAfterSeconds);
  }
}

/** Nothing of it is logged: a flood must not fill the disk by another door. */
function limited(reply: FastifyReply, seconds: number): FastifyReply {
  void reply.header('retry-after', String(seconds)).header('access-control-expose-headers', 'Retry-After');
  return send(reply, problemOf(429, 'Too many hits. Try again later.'));
}

const NO_KEY = 'A hit without an Origin needs an API key with the scope events:write that is valid for its site.';

function badField(reply: FastifyReply, pointer: string, detail: string): FastifyReply {
  const field = pointer.split('/')[1] ?? 'The body';
  return send(reply, problemOf(400, `${field} ${detail}.`, [{ pointer, detail }]));
}

/** What Fastify refused, such as a body that is too large, or what should not have happened. */
function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply, door: HitDoor): FastifyReply {
  const { problem, headers } = answerOf(error, true);
  if (problem.status < 500) door.noteMalformed();
  else request.log.error({ err: error }, 'a hit could not be taken');
  return send(reply.headers({ ...headers, 'access-control-allow-origin': '*' }), problem);
}

function send(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

/** Any page may send any header: hits carry no credentials, and what counts is where they say they come from. */
function answerPreflight(request: FastifyRequest, reply: FastifyReply): void {
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
