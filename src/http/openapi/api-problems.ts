import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiResponse, getSchemaPath, ApiExtraModels } from '@nestjs/swagger';

export class ProblemFieldDto {
  @ApiProperty({ example: '/limit', description: 'JSON pointer to a field of the body, or a parameter’s name after /.' })
  readonly pointer!: string;
  @ApiProperty({ example: 'must be a whole number from 1 to 1000' }) readonly detail!: string;
}

/** RFC 9457. */
export class ProblemDto {
  @ApiProperty({ example: 'about:blank' }) readonly type!: string;
  @ApiProperty({ example: 'Bad Request' }) readonly title!: string;
  @ApiProperty({ type: 'integer', example: 400 }) readonly status!: number;
  @ApiProperty({ example: 'limit must be a whole number from 1 to 1000.' }) readonly detail!: string;
  @ApiProperty({ required: false, example: 'view_suspended', description: 'Which of the reasons that a status has.' })
  readonly code?: string;
  @ApiProperty({ type: () => [ProblemFieldDto], required: false }) readonly errors?: ProblemFieldDto[];
}

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds.', schema: { type: 'integer' as const, minimum: 1 } },
};

const MEANINGS = {
  400: 'Malformed; `errors` names each field.',
  401: 'No identity, or one that is not valid.',
  403: 'Known, but not allowed.',
  404: 'Not there, or not yours.',
  409: 'Another one has it, there are too many, or it was done before, for what has been erased since.',
  412: 'It has another version than `If-Match` names.',
  413: 'The body is too large.',
  415: 'The body must be JSON: `Content-Type: application/json`.',
  422: 'The `Idempotency-Key` came before with another request; or something is missing, which `errors` names.',
  429: 'More than one may ask; `Retry-After` says when to try again.',
  503: 'Not now; `Retry-After` says when to try again.',
} as const;

export type ProblemStatus = keyof typeof MEANINGS;

/** Of a route that not everybody may use: the given ones, and those that may come to any of them. */
export function ApiProblems(...statuses: ProblemStatus[]): MethodDecorator {
  return documented([...statuses, 401, 429, 503]);
}

/** Of a route that is open: it has no limits, but whoever shows what is no valid identity is told so here, too. */
export function ApiOpenProblems(...statuses: ProblemStatus[]): MethodDecorator {
  return documented([...statuses, 401]);
}

function documented(statuses: readonly ProblemStatus[]): MethodDecorator {
  const content = { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } };
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...[...new Set(statuses)].map((status) => {
      const headers = status === 429 || status === 503 ? { headers: RETRY_AFTER } : {};
      return ApiResponse({ status, description: MEANINGS[status], content, ...headers });
    }),
  );
}
