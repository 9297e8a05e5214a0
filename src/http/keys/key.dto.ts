import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Allow } from 'class-validator';
import { SCOPES } from '../access/identity.ts';

/**
 * Body of `POST /api/keys`. What each field must be is the command's to say, in one answer with what only the database
 * knows, such as whether a site is there.
 */
export class IssueKeyDto {
  @ApiProperty({ type: String, minLength: 1, maxLength: 200, example: 'Grafana' })
  @Allow()
  name!: unknown;

  @ApiProperty({ enum: SCOPES, isArray: true, minItems: 1, description: '`admin` includes the others.' })
  @Allow()
  scopes!: unknown;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', format: 'uuid' },
    nullable: true,
    description: 'The sites that it is limited to. Null: no such limit.',
  })
  @Allow()
  site_ids?: unknown;

  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, description: 'Null: it does not expire.' })
  @Allow()
  expires_at?: unknown;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    minLength: 1,
    maxLength: 100,
    description: 'Managed mode: it sees the sites of this account only. Default: the asker’s account, if any.',
  })
  @Allow()
  account?: unknown;
}

export class KeyDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  account!: string | null;

  @ApiProperty({ enum: SCOPES, isArray: true })
  scopes!: readonly string[];

  @ApiProperty({ type: 'array', items: { type: 'string', format: 'uuid' }, nullable: true })
  site_ids!: readonly string[] | null;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expires_at!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'To the minute.' })
  last_used_at!: string | null;
}

export class KeysDto {
  @ApiProperty({ type: [KeyDto] })
  keys!: KeyDto[];
}

export class IssuedKeyDto extends KeyDto {
  @ApiPropertyOptional({
    example: 'antics_…',
    description: 'Shown this once. Not there when an `Idempotency-Key` replays the answer.',
  })
  key?: string;
}
