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

const MEANINGS = {
  400: 'Malformed; `errors` names each field.',
  401: 'No identity, or one that is not valid.',
  403: 'Known, but not allowed.',
  404: 'Not there, or not yours.',
  409: 'Another one has it.',
  429: 'More than one may ask; `Retry-After` says when to try again.',
  503: 'Not now; `Retry-After` says when to try again.',
} as const;

/** Documents what a route answers when it fails. Too many requests may come to any. */
export function ApiProblems(...statuses: (keyof typeof MEANINGS)[]): MethodDecorator {
  const schema = { $ref: getSchemaPath(ProblemDto) };
  const content = { 'application/problem+json': { schema } };
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...([...statuses, 429] as const).map((status) => ApiResponse({ status, description: MEANINGS[status], content })),
  );
}
