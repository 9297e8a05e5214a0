import { ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { Allow } from 'class-validator';

const STATES = ['building', 'ready', 'serving', 'previous'] as const;

export class RebuildDto {
  @ApiProperty({ type: 'integer' }) id!: number;
  @ApiProperty({ example: 'all', description: '`all`, or a view.' }) name!: string;
  @ApiProperty({ type: String, nullable: true, format: 'uuid', description: 'The only site that it is of.' })
  site!: string | null;
  @ApiProperty({ enum: ['running', 'switched', 'different', 'failed', 'discarded'] }) state!: string;
  @ApiProperty({ example: 'days', description: 'What it is at.' }) phase!: string;
  @ApiProperty({ type: 'integer' }) hits_done!: number;
  @ApiProperty({ type: 'integer' }) hits_total!: number;
  @ApiProperty({ type: 'number', minimum: 0, maximum: 100 }) percent!: number;
  @ApiProperty({ type: 'number', nullable: true }) hits_per_second!: number | null;
  @ApiProperty({ type: 'number', nullable: true }) eta_seconds!: number | null;
  @ApiProperty({ type: String, nullable: true }) error!: string | null;
}

export class ProjectionDto {
  @ApiProperty({ example: 'summary', description: '`all` (the facts), or a view.' }) name!: string;
  @ApiProperty({ type: 'integer', description: 'Of the view; of facts: of their rules.' }) version!: number;
  @ApiProperty({ type: 'integer' }) generation!: number;
  @ApiProperty({ type: 'integer', description: 'The generation of facts that it follows, or is.' }) facts!: number;
  @ApiProperty({ enum: STATES }) state!: string;
  @ApiProperty({ type: 'integer', description: 'Of those facts.' }) rules_version!: number;
  @ApiProperty({ type: 'integer', description: 'The last position of the log in it; 0 while it is built.' })
  position!: number;
  @ApiProperty({ type: 'integer', description: 'Positions between it and the head of the log.' }) behind!: number;
  @ApiProperty({ type: 'number', nullable: true, description: 'Since it stood at the head; null: it never did.' })
  lag_seconds!: number | null;
  @ApiProperty({ type: 'integer', description: 'Hits that could not be folded into its facts.' }) parked!: number;
  @ApiProperty({ description: 'Its fold failed: it answers nothing until a rebuild.' }) suspended!: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'Why it is suspended.' }) error!: string | null;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When it began to serve, or ended.' })
  switched_at!: string | null;
  @ApiProperty({ type: RebuildDto, nullable: true, description: 'The one that makes it, or has not switched to it.' })
  rebuild!: RebuildDto | null;
}

export class ProjectionsDto {
  @ApiProperty({ type: [ProjectionDto] }) projections!: ProjectionDto[];
}

/** What each field must be is the command's to say. */
export class OfSiteDto {
  @ApiPropertyOptional({ type: String, format: 'uuid', nullable: true, description: 'Only this site. Null: all.' })
  @Allow()
  site_id?: unknown;
}

export class VerifyDto extends OfSiteDto {
  @ApiPropertyOptional({ type: String, format: 'date', nullable: true, description: 'From this local day on.' })
  @Allow()
  from?: unknown;

  @ApiPropertyOptional({ type: String, format: 'date', nullable: true, description: 'Up to and with this local day.' })
  @Allow()
  to?: unknown;
}

export class PromoteDto {
  @ApiProperty({ type: String, minLength: 1, maxLength: 1000, description: 'Why, for the record.' })
  @Allow()
  reason!: unknown;
}

const KEY = { type: 'object', additionalProperties: { type: 'string' }, example: { path: '/pricing' } } as const;
const FIGURE = { oneOf: [{ type: 'number' }, { type: 'string' }], nullable: true };

export class WrongFigureDto {
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) site_id!: string | null;
  @ApiProperty({ type: String, nullable: true }) domain!: string | null;
  @ApiProperty({ type: String, format: 'date', nullable: true }) day!: string | null;
  @ApiProperty() table!: string;
  @ApiProperty(KEY) key!: Readonly<Record<string, string>>;
  @ApiProperty({ description: 'A column; `rows` where the row itself is missing, or should not be there.' })
  measure!: string;
  @ApiProperty({ ...FIGURE, description: 'What the log says.' }) expected!: number | string | null;
  @ApiProperty({ ...FIGURE, description: 'What serves.' }) found!: number | string | null;
}

export class VerifiedViewDto {
  @ApiProperty() view!: string;
  @ApiProperty({ type: 'integer' }) rows!: number;
  @ApiProperty({ type: 'integer' }) differences!: number;
  @ApiProperty({ type: [WrongFigureDto], description: 'Up to a hundred.' }) examples!: readonly WrongFigureDto[];
}

export class VerifyReportDto {
  @ApiProperty() name!: string;
  @ApiProperty({ description: 'Every figure that was compared is what the log says.' }) equal!: boolean;
  @ApiProperty({ type: 'integer', description: 'Of the log, as of which it is.' }) position!: number;
  @ApiProperty({ type: 'integer', description: 'Hits that were counted anew.' }) hits!: number;
  @ApiProperty({ type: 'number' }) seconds!: number;
  @ApiProperty({ type: 'integer' }) differences!: number;
  @ApiProperty({ type: [VerifiedViewDto] }) views!: readonly VerifiedViewDto[];
  @ApiProperty({ type: [String], description: 'What was not compared, and why.' }) left_out!: readonly string[];
}

export class ComparedSiteDto {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() domain!: string;
}

export class MovedDto {
  @ApiProperty({ description: 'In what serves.' }) before!: number;
  @ApiProperty({ description: 'In what is ready.' }) after!: number;
}

export class MovedValueDto {
  @ApiProperty({ example: 'Firefox' }) value!: string;
  @ApiProperty({ type: MovedDto }) visitors!: MovedDto;
  @ApiProperty({ type: MovedDto }) visits!: MovedDto;
  @ApiProperty({ type: MovedDto, description: 'Of `event`: events.' }) pageviews!: MovedDto;
  @ApiProperty({ type: MovedDto }) bounces!: MovedDto;
  @ApiProperty({ type: MovedDto, description: 'Milliseconds, of all together.' }) ms!: MovedDto;
}

export class MetricDiffDto {
  @ApiProperty({ example: 'browser' }) metric!: string;
  @ApiProperty({ type: 'integer', description: 'Values that move, in all.' }) moved!: number;
  @ApiProperty({ type: [MovedValueDto], description: 'Those that move most.' }) top!: readonly MovedValueDto[];
}

export class SiteDiffDto {
  @ApiProperty({ type: ComparedSiteDto }) site!: ComparedSiteDto;
  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(MovedDto) },
    nullable: true,
    description: 'The sums, moved or not; `ms`: the duration of all visits together.',
  })
  summary!: Readonly<Record<string, MovedDto>> | null;
  @ApiProperty({ type: [MetricDiffDto] }) metrics!: readonly MetricDiffDto[];
}

export class DiffReportDto {
  @ApiProperty() name!: string;
  @ApiProperty({ type: 'integer', description: 'What is ready.' }) generation!: number;
  @ApiProperty({ type: 'integer', description: 'What serves.' }) serving!: number;
  @ApiProperty({ type: 'integer', description: 'Of the log, at which both stood.' }) position!: number;
  @ApiProperty({ type: String, format: 'date', nullable: true }) from!: string | null;
  @ApiProperty({ type: String, format: 'date', nullable: true }) to!: string | null;
  @ApiProperty({ type: [SiteDiffDto], description: 'Those where something moves.' }) sites!: readonly SiteDiffDto[];
  @ApiProperty({ type: 'integer', description: 'Sites where nothing does.' }) unmoved!: number;
  @ApiProperty({ type: [String], description: 'What is not in it, and why.' }) left_out!: readonly string[];
  @ApiProperty({ type: 'number' }) seconds!: number;
}

export class SwitchedDto {
  @ApiProperty() name!: string;
  @ApiProperty({ type: 'integer', description: 'What serves now.' }) generation!: number;
  @ApiProperty({ type: 'integer', nullable: true, description: 'What served before, and is kept for a rollback.' })
  previous!: number | null;
  @ApiProperty({ type: [Number], description: 'Generations that had been kept until now, and are gone.' })
  dropped!: readonly number[];
  @ApiProperty({ type: String, nullable: true }) reason!: string | null;
  @ApiProperty({ type: 'integer', nullable: true, description: 'Rows that differed when it was verified, if it was.' })
  differences!: number | null;
}

export class DiscardedDto {
  @ApiProperty() name!: string;
  @ApiProperty({ type: 'integer', description: 'What is gone.' }) generation!: number;
  @ApiProperty({ enum: ['building', 'ready', 'previous'], description: 'What it was.' }) state!: string;
}
