import { ApiProperty } from '@nestjs/swagger';
import { DROPPED_FOR } from '../../commands/record-hits/accept-batch.command.ts';
import { EventDto } from '../event/event.dto.ts';
import { MAX_EVENTS, SKEW_MS } from './check-batch.ts';

/** As the API's document shows it. The check is `checkBatch`, by hand: there may be a thousand of them. */
export class BatchEventDto extends EventDto {
  @ApiProperty({
    oneOf: [{ type: 'string', format: 'date-time' }, { type: 'integer' }],
    nullable: true,
    required: false,
    example: '2026-03-02T09:30:00Z',
    description:
      'When it happened: a time with its zone, or milliseconds since 1970; `timestamp` and `ts` are the same. ' +
      `Default: now. At most ${SKEW_MS / 1_000} seconds ahead, and not before the site’s yesterday.`,
  })
  at?: unknown;

  @ApiProperty({
    type: 'string',
    nullable: true,
    required: false,
    example: '203.0.113.7',
    description: 'Address of the visitor, or `ip_address`. Default: that of the request. It is not stored.',
  })
  ip?: unknown;

  @ApiProperty({
    type: 'string',
    nullable: true,
    required: false,
    description: 'User agent of the visitor, or `user_agent`. Default: that of the request, which is a machine’s.',
  })
  ua?: unknown;

  @ApiProperty({
    type: 'string',
    nullable: true,
    required: false,
    description: 'Id of its site. Else the site is the one that `d` names, else that of the host of `u`.',
  })
  site_id?: unknown;
}

export class BatchDto {
  @ApiProperty({ type: [BatchEventDto], maxItems: MAX_EVENTS, description: 'The array may be the whole body as well.' })
  events!: unknown;
}

export class DroppedEventDto {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Its place in the batch, from 0.' })
  index!: number;

  @ApiProperty({ enum: [...DROPPED_FOR] })
  reason!: string;
}

export class BatchAnswerDto {
  @ApiProperty({ type: 'integer', description: 'Events that count.' })
  accepted!: number;

  @ApiProperty({ type: [DroppedEventDto], description: 'Those that do not. What rules judged is logged all the same.' })
  dropped!: readonly DroppedEventDto[];
}
