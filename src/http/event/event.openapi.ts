import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { KEY_OR_NOBODY } from '../openapi/api-asker.ts';
import { EVENT_PATH } from './event.route.ts';
import { EventDto } from './event.dto.ts';

/** To be named in `extraModels` of `SwaggerModule.createDocument`, so that the document has their schema. */
export const EVENT_MODELS = [EventDto];

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { type: 'object' as const } } },
});

/** Enters the route, which Nest does not know, into the API's document. */
export function describeEventRoute(document: OpenAPIObject): void {
  document.paths[EVENT_PATH] = {
    post: {
      operationId: 'postEvent',
      tags: ['Public'],
      summary: 'Report a page view or an event',
      description:
        'The body is read as JSON whatever the content type, at most 64 KiB. The site is that of the `Origin` header. ' +
        'Without one (from a server) it is that of `Referer` or of `u`, with a key of the scope `events:write`.',
      security: KEY_OR_NOBODY,
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: getSchemaPath(EventDto) } } },
      },
      responses: {
        202: {
          description: 'Taken, and durable where its site is known.',
          headers: {
            'X-Antics-Dropped': {
              description: 'Why it will not be counted.',
              schema: {
                type: 'string',
                enum: ['bot', 'spam_referrer', 'excluded_path', 'prefetch', 'excluded_ip', 'gpc', 'unknown_site'],
              },
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
