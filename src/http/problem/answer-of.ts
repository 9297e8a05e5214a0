import { HttpException } from '@nestjs/common';
import { AnticsError, Conflict, Incomplete, InvalidInput, TooMany, Unavailable } from '../../platform/errors.ts';
import { problemOf, type Problem } from './problem.ts';

export interface Answer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  invalid_input: 400,
  not_signed_in: 401,
  not_allowed: 403,
  not_found: 404,
  conflict: 409,
  version_mismatch: 412,
  too_large: 413,
  idempotency_key_reused: 422,
  incomplete: 422,
  too_many: 429,
};

/** Of statuses that Fastify and Nest give. Their own words are not shown: they may quote the input or name a path. */
const DETAIL_BY_STATUS: Readonly<Record<number, string>> = {
  400: 'The request could not be read.',
  404: 'There is nothing here.',
  405: 'This method is not for this resource.',
  408: 'The request took too long.',
  413: 'The body is too large.',
  414: 'The address is too long.',
  415: 'The body must be JSON: Content-Type: application/json.',
  431: 'The headers are too large.',
};

const RETRY_SECONDS = 1;

/**
 * What to answer to whatever was thrown. Never a stack, SQL, a path of the machine or the input's secrets.
 * @param hasBody whether the request should have one, which is what could not be read then
 */
export function answerOf(thrown: unknown, hasBody: boolean): Answer {
  if (thrown instanceof AnticsError) return answerOfDomain(thrown);
  if (isDatabaseAway(thrown)) {
    return unavailable('The database is not there now. Try again.', RETRY_SECONDS, 'database_unavailable');
  }
  const status = thrown instanceof HttpException ? thrown.getStatus() : statusOf(thrown);
  if (status === undefined || status < 400 || status >= 500) {
    return { problem: problemOf(500, 'Something went wrong here. It has been logged.'), headers: {} };
  }
  if (status === 400 && hasBody) {
    return { problem: problemOf(400, 'The body is not JSON.', [{ pointer: '', detail: 'must be JSON' }]), headers: {} };
  }
  return { problem: problemOf(status, DETAIL_BY_STATUS[status] ?? 'The request cannot be answered.'), headers: {} };
}

function answerOfDomain(error: AnticsError): Answer {
  if (error instanceof Unavailable) return unavailable(error.message, error.retryAfterSeconds, error.code);
  const status = STATUS_BY_CODE[error.code];
  if (status === undefined) return answerOf(undefined, false);
  const namesFields = error instanceof InvalidInput || error instanceof Incomplete || error instanceof Conflict;
  const fields = namesFields ? error.errors : [];
  const problem = problemOf(status, error.message, fields);
  if (error instanceof TooMany) return { problem, headers: { 'retry-after': String(error.retryAfterSeconds) } };
  return { problem, headers: status === 401 ? { 'www-authenticate': 'Bearer' } : {} };
}

function unavailable(detail: string, seconds: number, code: string): Answer {
  return { problem: { ...problemOf(503, detail), code }, headers: { 'retry-after': String(seconds) } };
}

/** Of an error of Fastify, which says by `FST_…` that the client is at fault. */
function statusOf(thrown: unknown): number | undefined {
  const { statusCode } = (thrown ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

/**
 * SQLSTATE classes: connection, insufficient resources, operator intervention (57014 is a statement's time-out), and
 * what another transaction was in the way of: a lock not had in time, a deadlock, a serialization failure.
 */
const AWAY_STATE = /^(?:(?:08|53|57)[0-9A-Z]{3}|55P03|40P01|40001)$/;
const AWAY_CODE = /^(?:ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/;
/** The driver gives no code for these. */
const AWAY_MESSAGE =
  /^(?:Connection terminated|Client (?:has encountered a connection error|was closed) and is not queryable|timeout exceeded when trying to connect|the database is closed)/;

function isDatabaseAway(thrown: unknown): boolean {
  if (thrown instanceof AggregateError) return thrown.errors.some(isDatabaseAway);
  if (!(thrown instanceof Error)) return false;
  const { code } = thrown as { code?: unknown };
  if (typeof code === 'string') return AWAY_STATE.test(code) || (AWAY_CODE.test(code) && 'syscall' in thrown);
  return AWAY_MESSAGE.test(thrown.message);
}
