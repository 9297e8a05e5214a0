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
} from '../event/answer-hit.ts';
import { checkUmami } from './umami-payload.ts';

export const UMAMI_PATH = '/api/send';

/**
 * What Umami's clients want to read. Theirs name a session and a visit, which the next request then shows: the same for
 * everybody here, so that nothing links a person's pages.
 */
const NOBODY = '00000000-0000-0000-0000-000000000000';
const TAKEN = JSON.stringify({ cache: '', sessionId: NOBODY, visitId: NOBODY });

const taken = (reply: FastifyReply): FastifyReply => reply.code(200).type('application/json; charset=utf-8').send(TAKEN);
const ANSWERS: HitAnswers = { taken, url: '/payload/url' };

/** `POST` and `OPTIONS /api/send`, for Umami's tracker as it is: 200 and JSON for whatever was taken. */
export function registerUmamiRoute(fastify: FastifyInstance, door: HitDoor): void {
  openHitScope(fastify, door, (scope) => {
    scope.post(UMAMI_PATH, HIT_ROUTE, (request, reply) => postSend(request, reply, door));
    scope.options(UMAMI_PATH, HIT_ROUTE, answerPreflight);
  });
}

async function postSend(request: FastifyRequest, reply: FastifyReply, door: HitDoor): Promise<FastifyReply> {
  void reply.header('access-control-allow-origin', '*');
  const checked = checkUmami(bytesOf(request), request.headers.origin);
  if (!checked.ok) return refuseHit(reply, door, checked.pointer, checked.detail);
  if (checked.body === null) return taken(reply);
  return answerHit(
    reply,
    await door.accept({ body: checked.body, namesElsewhere: true, ...senderOf(request) }),
    ANSWERS,
  );
}
