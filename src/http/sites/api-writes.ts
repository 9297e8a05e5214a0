import { applyDecorators } from '@nestjs/common';
import { ApiHeaders } from '@nestjs/swagger';
import { ApiProblems, type ProblemStatus } from '../openapi/api-problems.ts';

/** What every write honours. */
const WRITE_HEADERS = [
  {
    name: 'If-Match',
    required: false,
    schema: { type: 'string', example: '"3"' },
    description: 'Versions, as `ETag` told them, one of which it must have; `*`: it must be there.',
  },
  {
    name: 'Idempotency-Key',
    required: false,
    schema: { type: 'string', maxLength: 255 },
    description: 'The same key replays the first answer, to the same asker and for 24 hours.',
  },
];

/** Header of the answer of what has versions. */
export const VERSIONED = {
  ETag: { description: 'Its version, for `If-Match`.', schema: { type: 'string' as const, example: '"3"' } },
};

/** Headers of the answer of what has just been made. */
export const MADE = {
  ...VERSIONED,
  Location: { description: 'Where it is.', schema: { type: 'string' as const, format: 'uri-reference' } },
};

/**
 * Documents a write: the headers that it honours, and what it answers when it fails, which is the given and what may
 * come to every write. One with a body answers 413 and 415, too.
 */
export function ApiWrite(...statuses: ProblemStatus[]): MethodDecorator {
  return applyDecorators(ApiHeaders(WRITE_HEADERS), ApiProblems(...statuses, 400, 403, 409, 412, 422));
}
