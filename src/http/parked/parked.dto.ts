import { ApiProperty } from '@nestjs/swagger';

export class ParkedHitDto {
  @ApiProperty({ type: 'integer', description: 'In the log.' }) position!: number;
  @ApiProperty({ format: 'date-time' }) parked_at!: string;
  @ApiProperty({ description: 'Why it could not be folded.' }) error!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) site_id!: string | null;
  @ApiProperty({ type: String, nullable: true }) domain!: string | null;
  @ApiProperty({ type: String, nullable: true }) pathname!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Of an event; null: a page view.' }) name!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) occurred_at!: string | null;
  @ApiProperty({ type: [Number], description: 'Of facts: those that are without it.' }) generations!: readonly number[];
}

export class ParkedHitsDto {
  @ApiProperty({ type: [ParkedHitDto] }) parked!: readonly ParkedHitDto[];
}

export class RetriedInDto {
  @ApiProperty({ type: 'integer' }) generation!: number;
  @ApiProperty({ type: String, nullable: true, description: 'Why it stays parked there; null: it does not.' })
  error!: string | null;
}

export class RetriedHitDto {
  @ApiProperty({ type: 'integer' }) position!: number;
  @ApiProperty({ description: 'It is folded into every generation in which it was parked.' }) folded!: boolean;
  @ApiProperty({ type: [RetriedInDto] }) generations!: readonly RetriedInDto[];
}

export class DiscardedHitDto {
  @ApiProperty({ type: 'integer' }) position!: number;
  @ApiProperty({ enum: [true] }) discarded!: true;
  @ApiProperty({ description: 'False: it had been discarded before.' }) recorded!: boolean;
}
