import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import type { EntryExitAnswer } from '../../queries/get-entry-exit/get-entry-exit.query.ts';
import type { PathsAnswer } from '../../queries/get-paths/get-paths.query.ts';
import type { RealtimeAnswer } from '../../queries/get-realtime/get-realtime.query.ts';
import {
  STATS_METRICS,
  type BreakdownEntry,
  type Entry,
  type EventEntry,
  type Metric,
  type PageEntry,
  type StatsAnswer,
} from '../../queries/get-stats/get-stats.query.ts';
import type { TimeseriesAnswer } from '../../queries/get-timeseries/get-timeseries.query.ts';
import type { VitalsAnswer } from '../../queries/get-vitals/get-vitals.query.ts';
import {
  Count,
  EntryPageDto,
  ExitPageDto,
  FreshnessDto,
  MetaDto,
  PageVitalsDto,
  PathDto,
  Percent,
  PeriodDto,
  Rate,
  Seconds,
  SummaryDto,
  TimeseriesPointDto,
  VitalsDto,
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

export class PageEntryDto extends BreakdownEntryDto implements PageEntry {
  @Percent() readonly scroll_depth!: number | null;
  @Seconds() readonly time_on_page!: number | null;
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

@ApiExtraModels(BreakdownEntryDto, PageEntryDto, EventEntryDto)
export class StatsResponse implements Omit<StatsAnswer, 'next'> {
  @ApiProperty({ format: 'uuid' }) readonly site_id!: string;
  @ApiProperty() readonly period!: PeriodDto;
  @ApiProperty({ type: 'string', enum: STATS_METRICS }) readonly metric!: Metric;
  @ApiProperty() readonly summary!: SummaryDto;
  @ApiProperty() readonly previous_summary!: SummaryDto;
  @ApiProperty({
    type: 'array',
    description:
      'Visitors descending, then value. Rows of the metric `pathname` have `scroll_depth` and `time_on_page`, those of ' +
      '`event` have `events`.',
    // Rows of pages have all that other rows have: any of them, and not one.
    items: { anyOf: [BreakdownEntryDto, PageEntryDto, EventEntryDto].map((dto) => ({ $ref: getSchemaPath(dto) })) },
  })
  readonly breakdown!: Entry[];
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

export class VitalsResponse implements VitalsAnswer {
  @ApiProperty({ format: 'uuid' }) readonly site_id!: string;
  @ApiProperty() readonly period!: PeriodDto;
  @ApiProperty({ description: 'Over all pages of the site, those that are not listed too.' }) readonly summary!: VitalsDto;
  @ApiProperty({ type: () => [PageVitalsDto], description: 'Views descending, then pathname.' })
  readonly vitals!: PageVitalsDto[];
  @ApiProperty() readonly meta!: MetaDto;
}
