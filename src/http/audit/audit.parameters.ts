import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { isUuid } from '../../domain/uuid.ts';

const MAX_LIMIT = 1_000;
/** `user:` and whatever a proxy calls its people. */
const ACTOR = /^[^\p{C}]{1,300}$/u;

/** As they stand in the query string: texts, or missing. One that came twice is a list, and refused. */
export class AuditParameters {
  @Parameter(
    { type: 'string', format: 'uuid', description: 'Only what is about this site, a deleted one too.' },
    isUuid,
    'must be the id of a site',
  )
  site_id?: string;

  @Parameter(
    { type: 'string', example: 'user:ann', description: 'Only what this one did: `user:…`, `key:…`, `cli:…`, `system`.' },
    (text) => ACTOR.test(text),
    'must be 1 to 300 printable characters',
  )
  actor?: string;

  @Parameter(
    { type: 'integer', default: 0, minimum: 0, description: 'Beyond this position: `next_after` of the page before.' },
    (text) => isWhole(text, 0, Number.MAX_SAFE_INTEGER),
    'must be a position: a whole number from 0',
  )
  after: string = '0';

  @Parameter(
    { type: 'integer', default: 100, minimum: 1, maximum: MAX_LIMIT, description: 'Entries at most.' },
    (text) => isWhole(text, 1, MAX_LIMIT),
    `must be a whole number from 1 to ${MAX_LIMIT}`,
  )
  limit: string = '100';
}

function isWhole(text: string, low: number, high: number): boolean {
  return /^(?:0|[1-9]\d{0,15})$/.test(text) && Number(text) >= low && Number(text) <= high;
}

function Parameter(documentation: ApiPropertyOptions, isRight: (text: string) => boolean, rule: string): PropertyDecorator {
  const mistake = (value: unknown): string | null => {
    if (value === undefined) return null;
    if (typeof value !== 'string') return 'must be given once';
    return isRight(value) ? null : rule;
  };
  const check = ValidateBy({
    name: 'parameter',
    validator: {
      validate: (value) => mistake(value) === null,
      defaultMessage: (rejected) => mistake(rejected?.value) ?? '',
    },
  });
  const document = ApiProperty({ required: false, ...documentation } as ApiPropertyOptions);
  return (target, property) => {
    check(target, property);
    document(target, property);
  };
}
