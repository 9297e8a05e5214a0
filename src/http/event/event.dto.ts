import { ApiProperty } from '@nestjs/swagger';
import { Allow, isInt, isString, maxLength, ValidateBy } from 'class-validator';
import { cleanProps } from '../../domain/props.ts';
import { NAME_RULE, REFERRER_RULE, SITES_RULE, URL_RULE } from './wire-check.ts';
import { MAX_NAME_CHARACTERS, sitesOf } from './wire-fields.ts';

/** The long names of fields, for Plausible's clients: read, in this order, where the short one is not there. */
export const LONG_NAMES = {
  n: ['name'],
  u: ['url'],
  r: ['referrer'],
  p: ['props', 'm', 'meta'],
  d: ['domain'],
  i: ['interactive'],
  $: ['revenue'],
} as const;

const also = (field: keyof typeof LONG_NAMES): string =>
  ` Also read as ${LONG_NAMES[field].map((name) => `\`${name}\``).join(', ')}.`;

/**
 * The body of `POST /api/event` as the API's document shows it. The hot path checks by hand (`checkEvent`); a property
 * test holds the two to each other.
 */
export class EventDto {
  @ApiProperty({
    oneOf: [{ type: 'string', maxLength: MAX_NAME_CHARACTERS }, { type: 'integer' }],
    nullable: true,
    required: false,
    example: null,
    description:
      'Name of the event; null or "pageview" is a page view. Integers are taken as text. "engagement" is reserved: it ' +
      'reports on the page left (`u`), with the visible seconds in `t`, and is no hit.' +
      also('n'),
  })
  @IsEventName()
  n?: unknown;

  @ApiProperty({
    type: 'string',
    format: 'uri',
    maxLength: 2048,
    example: 'https://example.com/pricing',
    description: `URL of the page, http or https, at most 2,048 bytes.${also('u')}`,
  })
  @IsPageUrl()
  u!: unknown;

  @ApiProperty({
    type: 'string',
    nullable: true,
    required: false,
    example: 'https://google.com',
    description: `URL of the referrer. Text that is no http, https or android-app URL counts as none.${also('r')}`,
  })
  @IsReferrer()
  r?: unknown;

  @ApiProperty({
    oneOf: [{ type: 'object', additionalProperties: { type: 'string' } }, { type: 'string' }],
    nullable: true,
    required: false,
    example: { plan: 'pro' },
    description:
      'Properties: at most 30, keys of at most 300 bytes, values (text, numbers, booleans) of at most 2,000 bytes. ' +
      'Null, empty and nested values are left out. A JSON string of an object is accepted.' +
      also('p'),
  })
  @IsProps()
  p?: unknown;

  @ApiProperty({
    type: 'number',
    nullable: true,
    required: false,
    minimum: 1,
    maximum: 100_000,
    example: 1920,
    description: 'Width of the viewport in CSS pixels. Anything else counts as null.',
  })
  @Allow()
  w?: unknown;

  @ApiProperty({
    type: 'number',
    nullable: true,
    required: false,
    minimum: 0,
    maximum: 86_400,
    example: 5,
    description: 'Seconds on the page left. Anything else counts as null.',
  })
  @Allow()
  t?: unknown;

  @ApiProperty({
    type: 'number',
    nullable: true,
    required: false,
    minimum: 0,
    maximum: 100,
    description: 'Deepest scroll on the page left, in percent. Anything else counts as null.',
  })
  @Allow()
  s?: unknown;

  @ApiProperty({
    type: 'object',
    nullable: true,
    selfRequired: false,
    properties: { lcp: { type: 'number' }, inp: { type: 'number' }, cls: { type: 'number' } },
    description: 'Web vitals of the page left: `lcp` and `inp` in milliseconds, `cls`. Anything else is ignored.',
  })
  @Allow()
  v?: unknown;

  @ApiProperty({
    type: 'string',
    nullable: true,
    required: false,
    example: 'example.com',
    description:
      'The sites that it is of, at most 10 with commas between them: domains, ids or aliases. The page has to be of the ' +
      `site’s host or below it. Default: the site of the Origin.${also('d')}`,
  })
  @IsSites()
  d?: unknown;

  @ApiProperty({
    type: 'boolean',
    required: false,
    description: `false: an event that happened by itself, so that its visit may still be a bounce.${also('i')}`,
  })
  @Allow()
  i?: unknown;

  @ApiProperty({
    type: 'object',
    nullable: true,
    selfRequired: false,
    properties: {
      amount: { oneOf: [{ type: 'number' }, { type: 'string' }] },
      currency: { type: 'string', example: 'EUR' },
    },
    description: `What was earned. Kept, and in no figure; anything else is ignored.${also('$')}`,
  })
  @Allow()
  $?: unknown;

  @ApiProperty({
    oneOf: [{ type: 'boolean' }, { type: 'integer', enum: [0, 1] }],
    required: false,
    description: '1 or true: the fragment of `u` is the route of a single-page application.',
  })
  @Allow()
  h?: unknown;

  @ApiProperty({
    type: 'number',
    nullable: true,
    required: false,
    minimum: 0,
    maximum: 86_400_000,
    description: 'Of an "engagement" without `t`: the same in milliseconds.',
  })
  @Allow()
  e?: unknown;

  @ApiProperty({
    type: 'number',
    nullable: true,
    required: false,
    minimum: 0,
    maximum: 100,
    description: 'Of an "engagement" without `s`: the same.',
  })
  @Allow()
  sd?: unknown;
}

const isMissing = (value: unknown): boolean => value === undefined || value === null;

function IsEventName(): PropertyDecorator {
  const isName = (n: unknown): boolean => {
    if (isString(n)) return maxLength(characters(n.replaceAll('\0', '')), MAX_NAME_CHARACTERS);
    return isMissing(n) || (isInt(n) && Math.abs(n as number) <= Number.MAX_SAFE_INTEGER);
  };
  return Is('isEventName', isName, NAME_RULE);
}

/** As many units as the text has characters, as class-validator counts units. */
function characters(text: string): string {
  return text.toWellFormed().replace(/[\u{10000}-\u{10ffff}]/gu, 'x');
}

function IsPageUrl(): PropertyDecorator {
  return Is('isPageUrl', isString, URL_RULE);
}

function IsReferrer(): PropertyDecorator {
  return Is('isReferrer', (r) => isMissing(r) || isString(r), REFERRER_RULE);
}

function IsProps(): PropertyDecorator {
  return Is('isProps', (p) => cleanProps(p).ok, 'must be properties within their limits');
}

function IsSites(): PropertyDecorator {
  return Is('isSites', (d) => sitesOf(d) !== undefined, SITES_RULE);
}

/** class-validator's ready decorators do not mean the same by null and absent as the wire does. */
function Is(name: string, validate: (value: unknown) => boolean, message: string): PropertyDecorator {
  return ValidateBy({ name, validator: { validate } }, { message: `$property ${message}` });
}
