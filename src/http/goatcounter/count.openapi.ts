import type { OpenAPIObject } from '@nestjs/swagger';
import { KEY_OR_NOBODY } from '../openapi/api-asker.ts';
import { COUNT_PATH } from './count.route.ts';

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { type: 'object' as const } } },
});
const text = { type: 'string' as const };
const parameter = (name: string, description: string) => ({
  name,
  in: 'query' as const,
  required: name === 'p',
  description,
  schema: text,
});

const operation = (operationId: string, summary: string) => ({
  operationId,
  tags: ['Public'],
  summary,
  parameters: [
    parameter('p', 'Path of the page with its query, or with `e` the name of the event.'),
    parameter('r', 'URL of the referrer.'),
    parameter('e', '`true`: an event.'),
    parameter('s', 'Width of the screen, and what follows it.'),
    parameter('q', 'Query of the page, for the campaign that `p` does not name.'),
    parameter('b', '150 to 199: a machine drives the browser.'),
  ],
  responses: {
    200: {
      description: 'A transparent pixel, whatever became of it.',
      headers: { 'X-Antics-Dropped': { description: 'Why it will not be counted.', schema: text } },
      content: { 'image/gif': { schema: { ...text, format: 'binary' } } },
    },
    400: problem('Malformed; `errors` names the parameter. To whom asks for an image, the pixel.'),
    429: problem('More than the sender or the site may send; `Retry-After` says when to try again.'),
    503: problem('The log cannot be written now; `Retry-After` says when to try again.'),
  },
});

/** Enters the routes, which Nest does not know, into the API's document. */
export function describeCountRoute(document: OpenAPIObject): void {
  const post = operation('postCount', 'Report a page view or an event as GoatCounter’s count.js does');
  document.paths[COUNT_PATH] = {
    get: { ...operation('getCount', 'The same by showing an image, whose `Referer` says of which site it is'), security: [] },
    post: {
      ...post,
      security: KEY_OR_NOBODY,
      responses: { ...post.responses, 401: problem('No Origin, and no key that may write events.') },
    },
  };
}
