import helmet from '@fastify/helmet';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Logger as NestLogger } from 'nestjs-pino';
import type { Answers, AppParts, Wire } from './app-parts.ts';
import { EVENTS_PATH, takeLargeBatches } from './http/events/large-bodies.ts';
import { answerOf } from './http/problem/answer-of.ts';
import { answerUnreadable, readJsonBodies } from './http/problem/json-bodies.ts';
import { PROBLEM_TYPE } from './http/problem/problem.ts';
import type { Logger } from './platform/logger.ts';

const MAX_BODY_BYTES = 256 * 1024;
/** A client that has not sent its request by then is no client. */
const REQUEST_MS = 30_000;
/** How long answers under way may take once the server stops. */
const CLOSE_MS = 5_000;
/** pino's number of it. */
const WARN = 40;

/** Makes the application: Nest on Fastify. It listens to nothing yet, and routes may still be added. */
export async function createApp(wire: Wire, parts: AppParts, answers: Answers): Promise<NestFastifyApplication> {
  // Fastify tells of each request at `info`, and Nest of each route: not in the log of a server that somebody reads.
  const quiet = parts.log.child({}, { level: parts.log.levelVal > WARN ? parts.log.level : 'warn' });
  const adapter = new FastifyAdapter({
    loggerInstance: quiet,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_MS,
    // Whom to believe about addresses is decided where they matter, not for every request.
    trustProxy: false,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (error: Error, _request: unknown, reply: unknown) => {
      const { problem } = answerOf(error, false);
      void (reply as FastifyReply).code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(wire({ ...parts, log: quiet }, answers), adapter, {
    logger: false,
    abortOnError: false,
    bodyParser: false, // see readJsonBodies
  });
  app.useLogger(app.get(NestLogger));
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  readJsonBodies(fastify, [EVENTS_PATH]);
  takeLargeBatches(fastify, parts.keyring, parts.limits);
  logRequests(fastify, parts.log);
  return app;
}

/**
 * Headers that keep a browser from doing more with an answer than it should. The route of hits opts out of them.
 */
export async function addSecurityHeaders(app: NestFastifyApplication): Promise<void> {
  await app.register(helmet as never, {
    contentSecurityPolicy: {
      useDefaults: false,
      // No answer of the API is a page; the one that is, its documentation, sets a policy of its own.
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // Whether a name is for HTTPS alone, and for how long, is the operator's decision, at the proxy.
    strictTransportSecurity: false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
  });
}

/** At `debug`: what failed is logged where it fails, and a line for each view of a page would be too many. */
function logRequests(fastify: FastifyInstance, log: Logger): void {
  if (!log.isLevelEnabled('debug')) return;
  fastify.addHook('onResponse', (request, reply, done) => {
    log.debug({ req: request, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'answered');
    done();
  });
}

/** Takes no more connections and waits for answers under way, but not for clients that do not go on. */
export async function closeApp(app: NestFastifyApplication, log: Pick<Logger, 'warn'>): Promise<void> {
  const cut = setTimeout(() => {
    log.warn('requests that do not end are cut off');
    (app.getHttpServer() as { closeAllConnections(): void }).closeAllConnections();
  }, CLOSE_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}
