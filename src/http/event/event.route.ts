import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HitDoor } from '../../commands/record-hits/accept-hit.command.ts';
import {
  answerHit,
  answerPreflight,
  bytesOf,
  HIT_ROUTE,
  openHitScope,
  refuseHit,
  senderOf,
  type HitAnswers,
} from './answer-hit.ts';
import { checkEvent } from './wire-check.ts';

export const EVENT_PATH = '/api/event';

const ANSWERS: HitAnswers = { taken: (reply) => reply.code(202).send(), url: '/u' };

/**
 * `POST` and `OPTIONS /api/event`. Answers are in docs of the API: 202 with an empty body, else
 * `application/problem+json`.
 */
export function registerEventRoute(fastify: FastifyInstance, door: HitDoor): void {
  openHitScope(fastify, door, (scope) => {
    scope.post(EVENT_PATH, HIT_ROUTE, (request, reply) => postEvent(request, reply, door));
    scope.options(EVENT_PATH, HIT_ROUTE, answerPreflight);
  });
}

async function postEvent(request: FastifyRequest, reply: FastifyReply, door: HitDoor): Promise<FastifyReply> {
  void reply.header('access-control-allow-origin', '*');
  const checked = checkEvent(bytesOf(request));
  if (!checked.ok) return refuseHit(reply, door, checked.pointer, checked.detail);
  return answerHit(reply, await door.accept({ body: checked.body, ...senderOf(request) }), ANSWERS);
}
