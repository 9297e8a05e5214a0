import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsUUID, ValidateIf } from 'class-validator';
import { nameFault } from '../../domain/names.ts';
import { Holds, HoldsList, MayBeLeftOut } from './holds.ts';
import { SiteDto, timezoneFault } from './site.dto.ts';

const YES_OR_NO = { message: 'must be true or false' };

/** Body of `PUT /api/sites/:id`. */
export class UpdateSiteDto {
  @ApiPropertyOptional({ maxLength: 200 })
  @MayBeLeftOut()
  @Holds(nameFault)
  name?: string;

  @ApiPropertyOptional({ description: 'Its figures need no identity.' })
  @MayBeLeftOut()
  @IsBoolean(YES_OR_NO)
  public?: boolean;

  @ApiPropertyOptional({ example: 'Europe/Berlin', description: 'Applies to hits from then on.' })
  @MayBeLeftOut()
  @Holds(timezoneFault)
  timezone?: string;

  @ApiPropertyOptional({
    type: [String],
    maxItems: 1000,
    example: ['192.0.2.1', '2001:db8::/32'],
    description: 'Addresses or CIDR ranges whose hits are not logged, but counted.',
  })
  @MayBeLeftOut()
  @HoldsList('excluded_ips')
  excluded_ips?: string[];

  @ApiPropertyOptional({
    type: [String],
    maxItems: 500,
    example: ['/admin/*'],
    description: 'Whole paths whose hits do not count; `*` stands for any characters, `/` too.',
  })
  @MayBeLeftOut()
  @HoldsList('excluded_paths')
  excluded_paths?: string[];

  @ApiPropertyOptional({
    type: [String],
    maxItems: 50,
    example: ['q'],
    description: 'Parameters of the query that are part of the page, such as /search?q=shoes.',
  })
  @MayBeLeftOut()
  @HoldsList('query_keys')
  query_keys?: string[];

  @ApiPropertyOptional({ description: 'Hits of browsers that send `Sec-GPC: 1` are not logged, but counted.' })
  @MayBeLeftOut()
  @IsBoolean(YES_OR_NO)
  respect_gpc?: boolean;

  @ApiPropertyOptional({
    type: [String],
    maxItems: 20,
    example: ['e676c9b4-11e4-4ef1-a4d7-87001773e9f2'],
    description:
      'Names by which clients may call it, beside its domain and id, such as its id in another analytics: 1 to 100 ' +
      'printable characters without comma, capitals or not. Each is one site’s alone.',
  })
  @MayBeLeftOut()
  @HoldsList('aliases')
  aliases?: string[];
}

/** Body of `PUT /api/sites/:id/folder`. */
export class MoveSiteDto {
  @ApiProperty({ type: String, nullable: true, format: 'uuid', description: 'null: into none.' })
  @ValidateIf((_, value: unknown) => value !== null)
  @IsUUID(undefined, { message: 'must be the id of a folder that is there, or null' })
  folder_id!: string | null;
}

/** A site with its settings. */
export class SiteSettingsDto extends SiteDto {
  @ApiPropertyOptional({ type: [String], description: 'Shown to who may write.' })
  excluded_ips?: readonly string[];

  @ApiProperty({ type: [String] })
  excluded_paths!: readonly string[];

  @ApiProperty({ type: [String] })
  query_keys!: readonly string[];

  @ApiProperty()
  respect_gpc!: boolean;

  @ApiProperty({ type: [String] })
  aliases!: readonly string[];
}
