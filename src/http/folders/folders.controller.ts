import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { CommandContext } from '../../commands/command-context.ts';
import { CreateFolder } from '../../commands/create-folder/create-folder.command.ts';
import { DeleteFolder } from '../../commands/delete-folder/delete-folder.command.ts';
import { UpdateFolder } from '../../commands/update-folder/update-folder.command.ts';
import { NotAllowed, NotFound } from '../../platform/errors.ts';
import { ListFolders } from '../../queries/list-folders/list-folders.query.ts';
import { Access, Asker } from '../access/access.ts';
import { Context } from '../access/command-context.ts';
import type { Identity } from '../access/identity.ts';
import { ApiAsker } from '../openapi/api-asker.ts';
import { ApiProblems } from '../openapi/api-problems.ts';
import { BodyPipe } from '../problem/body.pipe.ts';
import { ApiWrite, MADE, VERSIONED } from '../sites/api-writes.ts';
import { CreateFolderDto, FolderDto, FoldersDto, UpdateFolderDto } from './folder.dto.ts';

const ID = { name: 'folder_id', schema: { type: 'string', format: 'uuid' } } as const;

@ApiTags('Folders')
@ApiAsker()
@Controller('api/folders')
export class FoldersController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(QueryBus) private readonly queries: QueryBus,
  ) {}

  @Get()
  @Access({ scope: ['stats:read', 'sites:write'] })
  @ApiOperation({ summary: 'The folders that the asker may see, by name' })
  @ApiOkResponse({ type: FoldersDto })
  @ApiProblems(401, 403)
  async list(@Asker() asker: Identity): Promise<FoldersDto> {
    const folders = await this.queries.execute(new ListFolders(asker.sight));
    return { folders: folders.map(toDto) };
  }

  @Get(':folder_id')
  @Access({ scope: ['stats:read', 'sites:write'] })
  @ApiOperation({ summary: 'One folder' })
  @ApiParam(ID)
  @ApiOkResponse({ type: FolderDto, headers: VERSIONED })
  @ApiProblems(401, 403, 404)
  async get(
    @Param('folder_id') id: string,
    @Asker() asker: Identity,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FolderDto> {
    const [folder] = await this.queries.execute(new ListFolders(asker.sight, id));
    if (folder === undefined) throw new NotFound('There is no such folder.');
    void reply.header('etag', `"${folder.version}"`);
    return toDto(folder);
  }

  @Post()
  @Access({ scope: 'sites:write' })
  @ApiOperation({ summary: 'Make a folder of sites' })
  @ApiCreatedResponse({ type: FolderDto, headers: MADE })
  @ApiWrite(413, 415)
  async create(
    @Body(new BodyPipe(CreateFolderDto)) body: CreateFolderDto,
    @Asker() asker: Identity,
    @Context() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FolderDto> {
    const folder = await this.commands.execute(new CreateFolder({ ...body, account: accountOf(asker) }, context));
    void reply.headers({ location: `/api/folders/${folder.id}`, etag: `"${folder.version}"` });
    return toDto(folder);
  }

  @Put(':folder_id')
  @Access({ scope: 'sites:write' })
  @ApiOperation({ summary: 'Change a folder’s name or group; what is not given stays as it is' })
  @ApiParam(ID)
  @ApiOkResponse({ type: FolderDto, headers: VERSIONED, description: 'Of the same version where nothing changed.' })
  @ApiWrite(404, 413, 415)
  async update(
    @Param('folder_id') id: string,
    @Body(new BodyPipe(UpdateFolderDto)) body: UpdateFolderDto,
    @Asker() asker: Identity,
    @Context() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FolderDto> {
    const folder = await this.commands.execute(new UpdateFolder(id, body, accountOf(asker), context));
    void reply.header('etag', `"${folder.version}"`);
    return toDto(folder);
  }

  @Delete(':folder_id')
  @HttpCode(204)
  @Access({ scope: 'sites:write' })
  @ApiOperation({ summary: 'Delete a folder; its sites are in none from then on' })
  @ApiParam(ID)
  @ApiNoContentResponse({ headers: VERSIONED, description: 'It is gone. `ETag` is its last version.' })
  @ApiWrite(404)
  async delete(
    @Param('folder_id') id: string,
    @Asker() asker: Identity,
    @Context() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { version } = await this.commands.execute(new DeleteFolder(id, accountOf(asker), context));
    void reply.header('etag', `"${version}"`);
  }
}

/** Whose folders the asker makes and changes. A folder concerns all sites of an account, and who sees them. */
function accountOf({ sight }: Identity): string | null {
  if (sight.siteIds !== null || sight.groups !== null) {
    throw new NotAllowed('Who is limited to certain sites neither makes nor changes folders.');
  }
  return sight.account;
}

function toDto(folder: Omit<FolderDto, 'created_at'> & { readonly created_at: Date | string }): FolderDto {
  return {
    id: folder.id,
    name: folder.name,
    authelia_group: folder.authelia_group,
    created_at: new Date(folder.created_at).toISOString(),
  };
}
