import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance, onSendHookHandler } from 'fastify';
import { describeAskers } from './api-asker.ts';
import { describeEventRoute, EVENT_MODELS } from '../event/event.openapi.ts';
import { describeCountRoute } from '../goatcounter/count.openapi.ts';
import { describePixelRoute } from '../pixel/pixel.openapi.ts';
import { describeUmamiRoute } from '../umami/umami.openapi.ts';

export const DOCUMENT_PATH = '/api/openapi.json';
export const DOCS_PATH = '/api/docs';

/** The browsable page is of Swagger UI: its scripts are files of ours, its styles and icons are partly inline. */
const DOCS_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The API's document, of every route: Nest's by their decorators, and the ones that are Fastify's own. */
export function createOpenApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = describeAskers(new DocumentBuilder())
    .setOpenAPIVersion('3.1.0')
    .setTitle('Antics')
    .setDescription('Web analytics on an append-only log. Times are ISO 8601 in UTC, ids UUIDs, errors RFC 9457.')
    .setVersion('1')
    .build();
  const document = SwaggerModule.createDocument(app, config, { extraModels: EVENT_MODELS });
  describeEventRoute(document);
  describePixelRoute(document);
  describeUmamiRoute(document);
  describeCountRoute(document);
  return document;
}

/**
 * Serves the document at `/api/openapi.json` and, to be browsed, at `/api/docs`. To be called once, after all modules
 * are made and before the application listens.
 */
export function serveOpenApi(app: NestFastifyApplication): void {
  allowDocsPage(app.getHttpAdapter().getInstance());
  const document = createOpenApiDocument(app);
  SwaggerModule.setup(DOCS_PATH, app, document, {
    jsonDocumentUrl: DOCUMENT_PATH,
    raw: ['json'],
    customSiteTitle: 'Antics API',
    swaggerOptions: { persistAuthorization: false },
  });
}

/** The rest of the API needs no page's policy, and every request would pay for a hook on all routes. */
function allowDocsPage(fastify: FastifyInstance): void {
  const setPolicy: onSendHookHandler = (_request, reply, payload, done) => {
    void reply.header('content-security-policy', DOCS_CSP);
    done(null, payload);
  };
  fastify.addHook('onRoute', (route) => {
    if (route.url !== DOCS_PATH && !route.url.startsWith(`${DOCS_PATH}/`)) return;
    route.onSend = [setPolicy, ...[route.onSend ?? []].flat()];
  });
}
