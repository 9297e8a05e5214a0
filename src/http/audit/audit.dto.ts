import { ApiProperty } from '@nestjs/swagger';

export class AuditEntryDto {
  @ApiProperty({ type: 'integer', description: 'In the log, where hits have positions too.' })
  position!: number;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ example: 'user:ann', description: '`user:…`, `key:…`, `cli:<operating-system user>` or `system`.' })
  actor!: string;

  @ApiProperty({ example: 'CreateSite', description: 'Where the system noted a fact: which, such as `SaltsDestroyed`.' })
  command!: string;

  @ApiProperty({ example: 'site:01938b7a-0000-7000-8000-000000000001' })
  stream!: string;

  @ApiProperty({ type: String, nullable: true, format: 'uuid', description: 'The site that it is about, if of one.' })
  site_id!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'The changed fields as they were; null: it was not there. A field that was erased is null.',
  })
  before!: Readonly<Record<string, unknown>> | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'The changed fields as they are; null: it is gone. A field that was erased is null.',
  })
  after!: Readonly<Record<string, unknown>> | null;
}

export class AuditDto {
  @ApiProperty({ type: [AuditEntryDto] })
  entries!: AuditEntryDto[];

  @ApiProperty({ type: 'integer', nullable: true, description: '`after` of the next page; null: there is no more.' })
  next_after!: number | null;
}
