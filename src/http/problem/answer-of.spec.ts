import { BadRequestException, NotFoundException } from '@nestjs/common';
import * as errors from '../../platform/errors.ts';
import { answerOf } from './answer-of.ts';

const coded = (message: string, more: object): Error => Object.assign(new Error(message), more);

it.each([
  [new errors.InvalidInput('domain is wrong.', [{ pointer: '/domain', detail: 'is wrong' }]), 400],
  [new errors.NotSignedIn('Who?'), 401],
  [new errors.NotAllowed('No.'), 403],
  [new errors.NotFound('There is no such site.'), 404],
  [new errors.Conflict('Taken.'), 409],
  [new errors.VersionMismatch('Another version.'), 412],
  [new errors.TooLarge('Too large.'), 413],
  [new errors.KeyReused('Another body.'), 422],
  [new errors.TooMany('Slower.', 3), 429],
  [new errors.Unavailable('view_suspended', 'Suspended.', 60), 503],
])('%s is answered by %i, in its own words', (error, status) => {
  const { problem } = answerOf(error, false);
  expect(problem).toMatchObject({ type: 'about:blank', status, detail: error.message });
});

it('says when to try again, by whom to be known, which field and which reason', () => {
  expect(answerOf(new errors.TooMany('Slower.', 3), false).headers).toEqual({ 'retry-after': '3' });
  expect(answerOf(new errors.NotSignedIn('Who?'), false).headers).toEqual({ 'www-authenticate': 'Bearer' });
  const field = { pointer: '/domain', detail: 'is wrong' };
  expect(answerOf(new errors.InvalidInput('x', [field]), false).problem.errors).toEqual([field]);
  const suspended = answerOf(new errors.Unavailable('view_suspended', 'Suspended.', 60), false);
  expect(suspended).toMatchObject({ problem: { code: 'view_suspended' }, headers: { 'retry-after': '60' } });
});

it.each([
  coded('connect ECONNREFUSED /tmp/.s.PGSQL', { code: 'ECONNREFUSED', syscall: 'connect' }),
  coded('connect ENOENT /tmp/.s.PGSQL.5432', { code: 'ENOENT', syscall: 'connect' }),
  coded('terminating connection due to administrator command', { code: '57P01' }),
  coded('the database system is starting up', { code: '57P03' }),
  coded('canceling statement due to statement timeout', { code: '57014' }),
  coded('canceling statement due to lock timeout', { code: '55P03' }),
  coded('deadlock detected', { code: '40P01' }),
  coded('sorry, too many clients already', { code: '53300' }),
  new Error('Connection terminated unexpectedly'),
  new Error('timeout exceeded when trying to connect'),
  new AggregateError([coded('connect ECONNREFUSED ::1:5432', { code: 'ECONNREFUSED', syscall: 'connect' })]),
])('%s: the database is away, 503', (error) => {
  const { problem, headers } = answerOf(error, false);
  expect(problem).toMatchObject({ status: 503, code: 'database_unavailable' });
  expect(headers).toEqual({ 'retry-after': '1' });
});

it.each([
  coded('syntax error at or near "selct"', { code: '42601' }),
  new TypeError('Cannot read properties of undefined (reading secret)'),
  new errors.OperatorError('/var/lib/antics is gone'),
  coded('odd', { statusCode: 503 }),
  'text',
  undefined,
])('%s is answered by 500, and nothing of it is told', (thrown) => {
  const { problem } = answerOf(thrown, false);
  expect(problem).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'Something went wrong here. It has been logged.',
  });
});

it('of what Nest and Fastify refuse, their words are not told', () => {
  expect(answerOf(new NotFoundException('Cannot GET /secret'), false).problem.detail).toBe('There is nothing here.');
  const malformed = answerOf(new BadRequestException('Unexpected token s in JSON'), true).problem;
  expect(malformed).toMatchObject({ status: 400, errors: [{ pointer: '', detail: 'must be JSON' }] });
  expect(answerOf(coded('Body is too large', { statusCode: 413 }), true).problem.title).toBe('Content Too Large');
});
