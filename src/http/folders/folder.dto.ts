import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { groupFault, nameFault } from '../../domain/names.ts';
import { Holds, MayBeLeftOut } from '../sites/holds.ts';

const GROUP = {
  type: String,
  nullable: true,
  maxLength: 200,
  example: 'marketing',
  description: 'Whose members see the folder’s sites, case-sensitive; null: nobody but admins.',
} as const;

/** Body of `POST /api/folders`. */
export class CreateFolderDto {
  @ApiProperty({ maxLength: 200 })
  @Holds(nameFault)
  name!: string;

  @ApiPropertyOptional(GROUP)
  @IsOptional()
  @Holds(groupFault)
  authelia_group?: string | null;
}

/** Body of `PUT /api/folders/:id`. */
export class UpdateFolderDto {
  @ApiPropertyOptional({ maxLength: 200 })
  @MayBeLeftOut()
  @Holds(nameFault)
  name?: string;

  @ApiPropertyOptional(GROUP)
  @IsOptional()
  @Holds(groupFault)
  authelia_group?: string | null;
}

export class FolderDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty(GROUP)
  authelia_group!: string | null;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;
}

export class FoldersDto {
  @ApiProperty({ type: [FolderDto] })
  folders!: FolderDto[];
}
