import { applyDecorators } from '@nestjs/common';
import { ApiHeaders } from '@nestjs/swagger';
import { ApiProblems } from '../openapi/api-problems.ts';

const HEADERS = [
  {
    name: 'Idempotency-Key',
    required: false,
    schema: { type: 'string', maxLength: 255 },
    description: 'The same key replays the first answer, to the same asker and for 24 hours.',
  },
];

/** Documents what an operator has done: nothing that has a version, so that no `If-Match` can hold. */
export function ApiDeed(): MethodDecorator {
  return applyDecorators(ApiHeaders(HEADERS), ApiProblems(400, 403, 404, 409, 413, 415, 422));
}
