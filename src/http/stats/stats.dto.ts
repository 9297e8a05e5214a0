import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import type { EntryExitAnswer } from '../../queries/get-entry-exit/get-entry-exit.query.ts';
import type { PathsAnswer } from '../../queries/get-paths/get-paths.query.ts';
import type { RealtimeAnswer } from '../../queries/get-realtime/get-realtime.query.ts';
import {
  STATS_METRICS,
  type BreakdownEntry,
  type EventEntry,
  type Metric,
  type StatsAnswer,
} from '../../queries/get-stats/get-stats.query.ts';
import type { TimeseriesAnswer } from '../../queries/get-timeseries/get-timeseries.query.ts';
import {
  Count,
  EntryPageDto,
  ExitPageDto,
  FreshnessDto,
  MetaDto,
  PathDto,
  PeriodDto,
  Rate,
  Seconds,
  SummaryDto,
  TimeseriesPointDto,
} from './figures.dto.ts';

// What the routes answer, for the API's document. Each implements the answer of its question, so that neither can
// change alone.

export class BreakdownEntryDto implements BreakdownEntry {
  @ApiProperty({ example: '/pricing' }) readonly value!: string;
  @Count() readonly visitors!: number;
  @Count() readonly visits!: number;
  @Count() readonly pageviews!: number;
  @Rate() readonly bounce_rate!: number | null;
  @Seconds() readonly visit_duration!: number | null;
}

export class EventEntryDto implements EventEntry {
  @ApiProperty({ example: 'Signup' }) readonly value!: string;
  @Count() readonly visitors!: number;
  @Count() readonly visits!: number;
  @Count() readonly events!: number;
  @ApiProperty({ type: 'null' }) readonly pageviews!: null;
  @ApiProperty({ type: 'null' }) readonly bounce_rate!: null;
  @ApiProperty({ type: 'null' }) readonly visit_duration!: null;
}

@ApiExtraModels(BreakdownEntryDto, EventEntryDto)
export class StatsResponse implements Omit<StatsAnswer, 'next'> {
  @ApiProperty({ format: 'uuid' }) readonly site_id!: string;
  @ApiProperty() readonly period!: PeriodDto;
  @ApiProperty({ type: 'string', enum: STATS_METRICS }) readonly metric!: Metric;
  @ApiProperty() readonly summary!: SummaryDto;
  @ApiProperty() readonly previous_summary!: SummaryDto;
  @ApiProperty({
    type: 'array',
    description: 'Visitors descending, then value. Rows of the metric `event` have `events`.',
    items: { oneOf: [{ $ref: getSchemaPath(BreakdownEntryDto) }, { $ref: getSchemaPath(EventEntryDto) }] },
  })
  readonly breakdown!: (BreakdownEntry | EventEntry)[];
  @ApiProperty({ type: 'string', nullable: true, example: null, description: 'null: there are no more rows.' })
  readonly next_cursor!: string | null;
  @ApiProperty() readonly meta!: MetaDto;
}

export class TimeseriesResponse implements TimeseriesAnswer {
  @ApiProperty({ type: () => [TimeseriesPointDto] }) readonly timeseries!: TimeseriesPointDto[];
  @ApiProperty() readonly meta!: MetaDto;
}

export class RealtimeResponse implements RealtimeAnswer {
  @ApiProperty({ type: 'integer', example: 4 }) readonly visitors!: number;
  @ApiProperty({ type: 'integer', example: 300 }) readonly window_seconds!: number;
  @ApiProperty() readonly meta!: FreshnessDto;
}

export class PathsResponse implements PathsAnswer {
  @ApiProperty({ type: () => [PathDto] }) readonly paths!: PathDto[];
  @ApiProperty() readonly meta!: MetaDto;
}

export class EntryExitResponse implements EntryExitAnswer {
  @ApiProperty({ type: () => [EntryPageDto] }) readonly entry!: EntryPageDto[];
  @ApiProperty({ type: () => [ExitPageDto] }) readonly exit!: ExitPageDto[];
  @ApiProperty() readonly meta!: MetaDto;
}
