import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Accepted, HitDoor } from '../../commands/record-hits/accept-hit.command.ts';
import { parsePageUrl } from '../../domain/page-url.ts';
import { isUuid } from '../../domain/uuid.ts';
import { answerHit, HIT_ROUTE, openHitScope, refuseHit, senderOf, sendProblem, type HitAnswers } from '../event/answer-hit.ts';
import { sendGif } from '../event/gif.ts';
import { checkEventValue } from '../event/wire-check.ts';
import { problemOf } from '../problem/problem.ts';

export const PIXEL_PATH = '/api/pixel/:site_id.gif';

const ANSWERS: HitAnswers = { taken: (reply) => sendGif(reply), url: '/u' };
const UNKNOWN_SITE: Accepted = { outcome: 'dropped', reason: 'unknown_site' };

interface PixelRequest {
  Params: { site_id: string };
  /** Repeated ones are arrays. */
  Querystring: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * `GET /api/pixel/:site_id.gif`: an image that counts, for pages without script. It is answered with the image whatever
 * becomes of the hit, and `X-Antics-Dropped` tells why it does not count. Who asks for no image is told of a malformed
 * one by `application/problem+json`. `HEAD` shows no page to anybody, and counts nothing.
 */
export function registerPixelRoute(fastify: FastifyInstance, door: HitDoor): void {
  openHitScope(fastify, door, (scope) => {
    scope.get<PixelRequest>(PIXEL_PATH, HIT_ROUTE, (request, reply) => getPixel(request, reply, door));
    scope.head(PIXEL_PATH, HIT_ROUTE, (_request, reply) => sendGif(reply));
  });
}

async function getPixel(request: FastifyRequest<PixelRequest>, reply: FastifyReply, door: HitDoor): Promise<FastifyReply> {
  void reply.header('access-control-allow-origin', '*');
  const { site_id: siteId } = request.params;
  if (!isUuid(siteId)) return sendProblem(reply, problemOf(404, 'This is not the id of a site.'));
  const { u = request.headers.referer, n, r, p } = request.query;
  const checked = checkEventValue({ u, n, r, p });
  if (!checked.ok) return refuseHit(reply, door, checked.pointer, checked.detail);
  const page = parsePageUrl(checked.body.url);
  if ('error' in page) return refuseHit(reply, door, '/u', page.error);
  const body = { ...checked.body, sites: [siteId] };
  const accepted = await door.accept({ body, isImage: true, ...senderOf(request as FastifyRequest) });
  // A page cannot show a key with its images: that it needs one would mislead.
  return answerHit(reply, accepted.outcome === 'no_key' ? UNKNOWN_SITE : accepted, ANSWERS);
}
