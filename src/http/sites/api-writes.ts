import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ApiProblems, ProblemDto } from '../openapi/api-problems.ts';

/** What every write honours. */
export const WRITE_HEADERS = [
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

const CONTENT = { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } };

/** Documents what a write answers when it fails: the given ones, and what its headers lead to. */
export function ApiWriteProblems(...statuses: Parameters<typeof ApiProblems>): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ApiProblems(...statuses),
    ApiResponse({ status: 412, description: 'It has another version than `If-Match` names.', content: CONTENT }),
    ApiResponse({ status: 422, description: 'The `Idempotency-Key` came before with another request.', content: CONTENT }),
  );
}
