import type { FastifyReply } from 'fastify';

/** One transparent pixel in 43 bytes: no format has a smaller one. */
export const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');

/** A page of any origin may show it, and asks for it anew each time: the request is what counts. */
export function sendGif(reply: FastifyReply, status = 200): FastifyReply {
  return reply
    .code(status)
    .headers({
      'content-type': 'image/gif',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'cross-origin',
    })
    .send(GIF);
}
