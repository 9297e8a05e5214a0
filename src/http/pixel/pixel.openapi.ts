import type { OpenAPIObject } from '@nestjs/swagger';

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { type: 'object' as const } } },
});

const parameter = (name: string, description: string) => ({
  name,
  in: 'query' as const,
  required: false,
  description,
  schema: { type: 'string' as const },
});

/** Enters the route, which Nest does not know, into the API's document. */
export function describePixelRoute(document: OpenAPIObject): void {
  document.paths['/api/pixel/{site_id}.gif'] = {
    get: {
      operationId: 'getPixel',
      tags: ['Public'],
      summary: 'Report a page view or an event by showing an image',
      description:
        'For pages without script. The page has to be of the site’s host, or of one below it: by its `Referer`, or by ' +
        '`u` where there is none.',
      parameters: [
        { name: 'site_id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
        parameter('u', 'URL of the page. Default: the `Referer`.'),
        parameter('r', 'URL of the page’s referrer.'),
        parameter('n', 'Name of the event. Default: a page view.'),
        parameter('p', 'Properties, as a JSON object.'),
      ],
      security: [],
      responses: {
        200: {
          description: 'A transparent pixel, whatever became of it.',
          headers: { 'X-Antics-Dropped': { description: 'Why it will not be counted.', schema: { type: 'string' } } },
          content: { 'image/gif': { schema: { type: 'string', format: 'binary' } } },
        },
        400: problem('Malformed; `errors` names the parameter. To whom asks for an image, the pixel.'),
        404: problem('No id of a site. To whom asks for an image, the pixel.'),
        429: problem('More than the sender or the site may send; `Retry-After` says when to try again.'),
        503: problem('The log cannot be written now; `Retry-After` says when to try again.'),
      },
    },
  };
}
