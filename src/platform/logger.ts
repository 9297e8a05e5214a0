import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';

import type { LogLevel } from './config.ts';
import { shortLines } from './short-lines.ts';

export type { Logger } from 'pino';

/** What a line must never carry, wherever somebody logs an object that holds it. */
const SECRETS = ['authorization', 'cookie', 'key', 'adminKey', 'password', 'secret', 'token', 'databaseUrl', 'smtpUrl'];
const REDACTED = [
  ...SECRETS.flatMap((name) => [name, `*.${name}`]),
  'req.headers',
  'res.headers["set-cookie"]',
  '*.headers.authorization',
  '*.headers.cookie',
];

/**
 * Options for pino, and for nestjs-pino's `pinoHttp`. A request is logged by its method and path: the query may hold a
 * sign-in token, and the address is what we promise not to keep. An error of PostgreSQL is logged without its
 * `detail`, which quotes the row.
 */
export function loggerOptions(level: LogLevel): LoggerOptions {
  return {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[redacted]' },
    serializers: { err: describeError, error: describeError, req: describeRequest },
  };
}

/** Standard output: JSON lines, or short ones for people where it is a terminal. */
export function logDestination(): DestinationStream {
  return process.stdout.isTTY ? shortLines(process.stdout) : process.stdout;
}

export function createLogger(level: LogLevel, destination: DestinationStream = logDestination()): Logger {
  return pino(loggerOptions(level), destination);
}

function describeError(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { code } = thrown as { code?: unknown };
  return {
    type: thrown.name,
    message: thrown.message,
    ...(typeof code === 'string' ? { code } : {}),
    stack: thrown.stack,
    ...(thrown.cause instanceof Error ? { cause: thrown.cause.message } : {}),
  };
}

function describeRequest(request: { id?: unknown; method?: unknown; url?: unknown }): object {
  return { id: request.id, method: request.method, path: String(request.url ?? '').split('?', 1)[0] };
}
