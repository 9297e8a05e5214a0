import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Accepted, HitDoor } from '../../commands/record-hits/accept-hit.command.ts';
import { answerHit, answerPreflight, HIT_ROUTE, openHitScope, refuseHit, senderOf, type HitAnswers } from '../event/answer-hit.ts';
import { sendGif } from '../event/gif.ts';
import { checkCount } from './count-parameters.ts';

export const COUNT_PATH = '/count';

const UNKNOWN_SITE: Accepted = { outcome: 'dropped', reason: 'unknown_site' };
const ANSWERS: HitAnswers = { taken: (reply) => sendGif(reply), url: 'p' };

/**
 * `GET`, `POST` and `OPTIONS /count`, for GoatCounter's `count.js` as it is: it sends a beacon without body, and shows an
 * image where it cannot. Both are answered with the pixel.
 */
export function registerCountRoute(fastify: FastifyInstance, door: HitDoor): void {
  openHitScope(fastify, door, (scope) => {
    scope.get(COUNT_PATH, HIT_ROUTE, (request, reply) => count(request, reply, door, true));
    scope.head(COUNT_PATH, HIT_ROUTE, (_request, reply) => sendGif(reply));
    scope.post(COUNT_PATH, HIT_ROUTE, (request, reply) => count(request, reply, door, false));
    scope.options(COUNT_PATH, HIT_ROUTE, answerPreflight);
  });
}

async function count(request: FastifyRequest, reply: FastifyReply, door: HitDoor, isImage: boolean): Promise<FastifyReply> {
  void reply.header('access-control-allow-origin', '*');
  const { url = '', headers } = request.raw;
  const at = url.indexOf('?');
  const checked = checkCount(new URLSearchParams(at < 0 ? '' : url.slice(at)), headers);
  if (!checked.ok) return refuseHit(reply, door, checked.pointer, checked.detail);
  const { body, byMachine } = checked;
  const accepted = await door.accept({ body, byMachine, isImage, ...senderOf(request) });
  // An image cannot show a key: that it needs one would mislead.
  return answerHit(reply, isImage && accepted.outcome === 'no_key' ? UNKNOWN_SITE : accepted, ANSWERS);
}
