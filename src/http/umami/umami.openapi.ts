import type { OpenAPIObject } from '@nestjs/swagger';
import { KEY_OR_NOBODY } from '../openapi/api-asker.ts';
import { UMAMI_PATH } from './umami.route.ts';

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { type: 'object' as const } } },
});
const text = { type: 'string' as const };

/** Enters the route, which Nest does not know, into the API's document. */
export function describeUmamiRoute(document: OpenAPIObject): void {
  document.paths[UMAMI_PATH] = {
    post: {
      operationId: 'postSend',
      tags: ['Public'],
      summary: 'Report a page view or an event as Umami’s tracker does',
      description:
        'The site is that of the `Origin` header, or the one that `website` names by an alias or its id, where the page ' +
        'is of its host or below it. `ip`, `userAgent`, `timestamp` and `id` are ignored.',
      security: KEY_OR_NOBODY,
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['type', 'payload'],
              properties: {
                type: { type: 'string', enum: ['event', 'identify', 'performance'] },
                payload: {
                  type: 'object',
                  properties: {
                    ...{ website: text, url: text, hostname: text, referrer: text, screen: text, name: text },
                    data: { type: 'object' },
                  },
                },
              },
            },
          },
        },
      },
      responses: {
        200: {
          description: 'Taken, and durable where its site is known. The ids are the same for everybody.',
          headers: { 'X-Antics-Dropped': { description: 'Why it will not be counted.', schema: text } },
          content: {
            'application/json': {
              schema: { type: 'object', properties: { cache: text, sessionId: text, visitId: text } },
            },
          },
        },
        400: problem('Malformed; `errors` names the field.'),
        401: problem('No Origin, and no key that may write events.'),
        413: problem('The body is larger than 64 KiB.'),
        429: problem('More than the sender or the site may send; `Retry-After` says when to try again.'),
        503: problem('The log cannot be written now; `Retry-After` says when to try again.'),
      },
    },
  };
}
