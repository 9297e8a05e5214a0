import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsUUID } from 'class-validator';
import { validateDomain } from '../../domain/host.ts';
import { isTimeZone } from '../../domain/local-time.ts';
import { nameLengthFault } from '../../domain/names.ts';
import { Holds, type Fault } from './holds.ts';

const domainFault: Fault = (value) => {
  const result = validateDomain(value);
  return result.ok ? undefined : result.reason;
};

export const timezoneFault: Fault = (value) =>
  isTimeZone(value) ? undefined : 'must be the name of a time zone such as Europe/Berlin';

/** Body of `POST /api/sites`. */
export class CreateSiteDto {
  @ApiProperty({ example: 'example.com', description: 'Host, with a port if need be; a pasted URL counts as its host.' })
  @Holds(domainFault)
  domain!: string;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 200, description: 'Default: the domain.' })
  @IsOptional()
  @Holds(nameLengthFault)
  name?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'Europe/Berlin', default: 'UTC' })
  @IsOptional()
  @Holds(timezoneFault)
  timezone?: string | null;

  @ApiPropertyOptional({ type: Boolean, nullable: true, default: false, description: 'Its figures need no identity.' })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  public?: boolean | null;

  @ApiPropertyOptional({ type: String, nullable: true, format: 'uuid' })
  @IsOptional()
  @IsUUID(undefined, { message: 'must be the id of a folder that is there, or null' })
  folder_id?: string | null;
}

export class SiteDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'example.com' })
  domain!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  public!: boolean;

  @ApiProperty({ type: String, nullable: true, format: 'uuid' })
  folder_id!: string | null;

  @ApiProperty({ example: 'Europe/Berlin' })
  timezone!: string;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Distinct visitor ids of the last 24 hours; null while the projections are not there.',
  })
  visitors_24h!: number | null;
}

export class SitesDto {
  @ApiProperty({ type: [SiteDto] })
  sites!: SiteDto[];
}

export class RefusedHostDto {
  @ApiProperty()
  host!: string;

  @ApiProperty()
  hits!: number;

  @ApiProperty({ format: 'date-time' })
  last_seen!: string;

  @ApiProperty({ description: 'Adds it as a site, typed into a shell.' })
  command!: string;
}

export class RefusedHostsDto {
  @ApiProperty({ type: [RefusedHostDto] })
  refused_hosts!: RefusedHostDto[];
}
