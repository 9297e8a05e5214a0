import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AnticsError } from '../../platform/errors.ts';
import { answerOf } from './answer-of.ts';
import { PROBLEM_TYPE } from './problem.ts';

/** Whatever is thrown, wherever: `application/problem+json`. Only what is our fault or our operator's is logged. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { problem, headers } = answerOf(thrown, request.method !== 'GET' && request.method !== 'HEAD');
    if (problem.status >= 500) {
      const level = thrown instanceof AnticsError && problem.status === 503 ? 'warn' : 'error';
      request.log[level]({ err: thrown, req: request }, 'a request failed');
    }
    // A stream that broke in the middle cannot be turned into an answer: it can only be seen to end early.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    void reply.status(problem.status).headers(headers).type(PROBLEM_TYPE).send(JSON.stringify(problem));
  }
}
