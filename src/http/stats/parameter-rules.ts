import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { parsePeriod } from '../../domain/period.ts';
import { STATS_METRICS, type Metric } from '../../queries/get-stats/get-stats.query.ts';
import { decodeCursor } from './cursor.ts';

/**
 * Rules of the query parameters that several routes have, each with its documentation. A parameter that came twice is
 * a list, and breaks each of them: nobody can say which one was meant.
 */

const MAX_LIMIT = 1_000;
/** Whether a text is a period does not depend on the day. */
const ANY_DAY = '2000-01-01';

export function PeriodParameter(): PropertyDecorator {
  return parameter(
    {
      type: 'string',
      default: '30d',
      examples: ['today', '7d', '30d', '12mo', '2026-10-25,2026-11-23'],
      description:
        'Days in the site’s time zone: `today`, `7d`, `30d` (today and the 29 days before it), `12mo` (this calendar ' +
        'month and the 11 before it) or `YYYY-MM-DD,YYYY-MM-DD` (inclusive, at most 5 years).',
    },
    (text) => {
      const period = parsePeriod(text, ANY_DAY);
      return 'error' in period ? period.error : null;
    },
  );
}

export function MetricParameter(more: ApiPropertyOptions): PropertyDecorator {
  return parameter({ type: 'string', enum: STATS_METRICS, ...more } as ApiPropertyOptions, (text) =>
    STATS_METRICS.includes(text as Metric) ? null : `must be one of ${STATS_METRICS.join(', ')}`,
  );
}

export function LimitParameter(): PropertyDecorator {
  return parameter(
    { type: 'integer', default: 10, minimum: 1, maximum: MAX_LIMIT, description: 'Rows at most.' },
    (text) => (isLimit(text) ? null : `must be a whole number from 1 to ${MAX_LIMIT}`),
  );
}

export function CursorParameter(): PropertyDecorator {
  return parameter(
    { type: 'string', description: '`next_cursor` of the page before, with the other parameters as they were.' },
    (text) => (decodeCursor(text) === null ? 'must be the next_cursor of an answer' : null),
  );
}

export function IntervalParameter(): PropertyDecorator {
  return parameter({ type: 'string', enum: ['day', 'hour'], default: 'day' }, (text) =>
    text === 'day' || text === 'hour' ? null : 'must be day or hour',
  );
}

function isLimit(text: string): boolean {
  return /^[1-9]\d{0,3}$/.test(text) && Number(text) <= MAX_LIMIT;
}

/** @param mistakeIn what is wrong with a text, to follow the parameter's name; null: nothing */
function parameter(documentation: ApiPropertyOptions, mistakeIn: (text: string) => string | null): PropertyDecorator {
  const mistake = (value: unknown): string | null => {
    if (value === undefined) return null;
    return typeof value === 'string' ? mistakeIn(value) : 'must be given once';
  };
  const rule = ValidateBy({
    name: 'parameter',
    validator: {
      validate: (value) => mistake(value) === null,
      defaultMessage: (rejected) => mistake(rejected?.value) ?? '',
    },
  });
  const documented = ApiProperty({ required: false, ...documentation } as ApiPropertyOptions);
  return (target, property) => {
    rule(target, property);
    documented(target, property);
  };
}
