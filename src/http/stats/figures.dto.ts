import { ApiProperty } from '@nestjs/swagger';
import type { EntryPage, ExitPage } from '../../queries/get-entry-exit/get-entry-exit.query.ts';
import type { PathEntry } from '../../queries/get-paths/get-paths.query.ts';
import type { Freshness } from '../../queries/get-realtime/get-realtime.query.ts';
import type { Meta, PublishedPeriod, SummaryFigures } from '../../queries/get-stats/get-stats.query.ts';
import type { TimeseriesPoint } from '../../queries/get-timeseries/get-timeseries.query.ts';
import type { PageVitalsEntry, VitalsEntry } from '../../queries/get-vitals/get-vitals.query.ts';

export const Count = () => ApiProperty({ type: 'integer', minimum: 0, example: 310 });
export const Rate = () =>
  ApiProperty({ type: 'number', nullable: true, minimum: 0, maximum: 1, example: 0.41, description: 'null: of nothing.' });
export const Seconds = () =>
  ApiProperty({ type: 'number', nullable: true, minimum: 0, example: 93.4, description: 'Seconds; null: of nothing.' });
export const Percent = () =>
  ApiProperty({
    type: 'number',
    nullable: true,
    minimum: 0,
    maximum: 100,
    example: 62.5,
    description: 'Mean percent of the page that was seen, over the views that told it; null: none did.',
  });
const Vital = (description: string, example: number) =>
  ApiProperty({ type: 'number', nullable: true, minimum: 0, example, description: `${description}; null: no view told it.` });
const Day = () => ApiProperty({ type: 'string', format: 'date', example: '2026-11-23' });
const Pathname = () => ApiProperty({ type: 'string', example: '/pricing' });

export class PeriodDto implements PublishedPeriod {
  @Day() readonly from!: string;
  @Day() readonly to!: string;
  @ApiProperty({ example: 'Europe/Berlin' }) readonly timezone!: string;
}

export class SummaryDto implements SummaryFigures {
  @Count() readonly visitors!: number;
  @Count() readonly visits!: number;
  @Count() readonly pageviews!: number;
  @Count() readonly events!: number;
  @Rate() readonly bounce_rate!: number | null;
  @Seconds() readonly visit_duration!: number | null;
  @ApiProperty({ type: 'number', nullable: true, minimum: 0, example: 2.38 }) readonly views_per_visit!: number | null;
}

export class FreshnessDto implements Freshness {
  @ApiProperty({ type: 'integer', description: 'The last position of the log that is in the figures.' })
  readonly position!: number;
  @ApiProperty({
    type: 'number',
    nullable: true,
    example: 0.2,
    description: 'Seconds since the figures were last at the head of the log.',
  })
  readonly lag_seconds!: number | null;
  @ApiProperty({ type: 'integer', description: 'The generation of the projections that was read.' })
  readonly projection_version!: number;
}

export class MetaDto extends FreshnessDto implements Meta {
  @ApiProperty({ example: 'distinct per day, summed over days' }) readonly visitors!: string;
  @ApiProperty({ type: 'boolean', required: false, description: 'true where the period includes today; else missing.' })
  readonly partial?: true;
}

export class TimeseriesPointDto implements TimeseriesPoint {
  @ApiProperty({ example: '2026-11-23', description: 'Local day at the site, or an hour of it: `2026-11-23T14`.' })
  readonly date!: string;
  @Count() readonly visitors!: number;
  @Count() readonly visits!: number;
  @Count() readonly pageviews!: number;
}

export class PathDto implements PathEntry {
  @ApiProperty({ example: '/ -> /about -> /pricing' }) readonly path!: string;
  @ApiProperty({ type: [String], example: ['/', '/about', '/pricing'] }) readonly steps!: string[];
  @Count() readonly visits!: number;
  @Count() readonly visitors!: number;
}

export class EntryPageDto implements EntryPage {
  @Pathname() readonly pathname!: string;
  @Count() readonly visitors!: number;
  @Count() readonly visits!: number;
  @Rate() readonly bounce_rate!: number | null;
}

export class ExitPageDto implements ExitPage {
  @Pathname() readonly pathname!: string;
  @Count() readonly visitors!: number;
  @Count() readonly visits!: number;
  @Rate() readonly exit_rate!: number | null;
}

export class VitalsDto implements VitalsEntry {
  @Vital('75th percentile of the Largest Contentful Paint, in ms', 1840) readonly lcp!: number | null;
  @Vital('75th percentile of the Interaction to Next Paint, in ms', 120) readonly inp!: number | null;
  @Vital('75th percentile of the Cumulative Layout Shift', 0.081) readonly cls!: number | null;
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    example: 310,
    description: 'Page views that told the metric which most of them told.',
  })
  readonly views!: number;
}

export class PageVitalsDto extends VitalsDto implements PageVitalsEntry {
  @Pathname() readonly pathname!: string;
}
