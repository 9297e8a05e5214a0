import { ApiProperty } from '@nestjs/swagger';
import type { Readiness } from '../../queries/get-readiness/get-readiness.query.ts';

export class HealthResponse {
  @ApiProperty({ type: 'string', enum: ['ok'] }) readonly status!: 'ok';
  @ApiProperty({ type: 'string', enum: ['antics'] }) readonly service!: 'antics';
}

export class ReadinessResponse implements Readiness {
  @ApiProperty({ type: 'string', enum: ['ok', 'unavailable'] }) readonly status!: Readiness['status'];
  @ApiProperty({ type: 'string', enum: ['ok', 'down'] }) readonly database!: Readiness['database'];
  @ApiProperty({
    type: 'string',
    enum: ['ok', 'missing', 'unknown'],
    description: 'unknown: while the database is down.',
  })
  readonly projections!: Readiness['projections'];
  @ApiProperty({ type: 'number', nullable: true, example: 0.2, description: 'null: not known.' })
  readonly lag_seconds!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 0, description: 'Hits that could not be counted.' })
  readonly parked!: number | null;
}
