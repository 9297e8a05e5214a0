import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { CommandContext } from '../../commands/command-context.ts';
import { CreateSite } from '../../commands/create-site/create-site.command.ts';
import { DeleteSite } from '../../commands/delete-site/delete-site.command.ts';
import { MoveSite } from '../../commands/move-site/move-site.command.ts';
import { UpdateSite } from '../../commands/update-site/update-site.command.ts';
import { EVERYTHING } from '../../domain/sight.ts';
import { NotAllowed, NotFound } from '../../platform/errors.ts';
import type { Site } from '../../queries/get-site/get-site.query.ts';
import { ListSites } from '../../queries/list-sites/list-sites.query.ts';
import { Access, AskedSite, Asker } from '../access/access.ts';
import { Context } from '../access/command-context.ts';
import { hasScope, type Identity } from '../access/identity.ts';
import { ApiAsker } from '../openapi/api-asker.ts';
import { ApiProblems } from '../openapi/api-problems.ts';
import { BodyPipe } from '../problem/body.pipe.ts';
import { ApiWrite, MADE, VERSIONED } from './api-writes.ts';
import { MoveSiteDto, SiteSettingsDto, UpdateSiteDto } from './site-settings.dto.ts';
import { SiteSettingsPipe } from './site-settings.pipe.ts';
import { toDto, toSettingsDto, type SiteSettings } from './site.answer.ts';
import { CreateSiteDto, SiteDto, SitesDto } from './site.dto.ts';

@ApiTags('Sites')
@ApiAsker()
@Controller('api/sites')
export class SitesController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(QueryBus) private readonly queries: QueryBus,
  ) {}

  @Get()
  @Access({ scope: ['stats:read', 'sites:write'] })
  @ApiOperation({ summary: 'The sites that the asker may see, by domain' })
  @ApiOkResponse({ type: SitesDto })
  @ApiProblems(401, 403)
  async list(@Asker() asker: Identity): Promise<SitesDto> {
    const sites = await this.queries.execute(new ListSites(asker.sight));
    return { sites: sites.map(toDto) };
  }

  @Get(':site_id')
  @Access({ scope: ['stats:read', 'sites:write'], site: 'site_id' })
  @ApiOperation({ summary: 'One site and its settings' })
  @ApiOkResponse({ type: SiteSettingsDto, headers: VERSIONED })
  @ApiProblems(401, 403, 404)
  async get(
    @AskedSite() asked: Site,
    @Asker() asker: Identity,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SiteSettingsDto> {
    const site = await this.find(asked.id);
    if (site === undefined) throw new NotFound('There is no such site.'); // deleted since the guard looked
    return answer(reply, site, hasScope(asker, 'sites:write'));
  }

  @Post()
  @Access({ scope: 'sites:write' })
  @ApiOperation({ summary: 'Register a site' })
  @ApiCreatedResponse({ type: SiteDto, headers: MADE })
  @ApiWrite(413, 415)
  async create(
    @Body(new BodyPipe(CreateSiteDto)) body: CreateSiteDto,
    @Asker() asker: Identity,
    @Context() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SiteDto> {
    // It would make what it cannot see.
    if (asker.sight.siteIds !== null) throw new NotAllowed('This key is limited to certain sites, and makes no others.');
    const site = await this.commands.execute(new CreateSite({ ...body, account: asker.sight.account }, context));
    void reply.headers({ location: `/api/sites/${site.id}`, etag: `"${site.version}"` });
    return toDto({ ...site, visitors_24h: 0 });
  }

  @Put(':site_id')
  @Access({ scope: 'sites:write', site: 'site_id', unseen: 'ask-command' })
  @ApiOperation({ summary: 'Change settings of a site; what is not given stays as it is' })
  @ApiOkResponse({ type: SiteSettingsDto, headers: VERSIONED, description: 'Of the same version where nothing changed.' })
  @ApiWrite(404, 413, 415)
  async update(
    @Param('site_id') id: string,
    @Body(new SiteSettingsPipe()) body: UpdateSiteDto,
    @Asker() { sight }: Identity,
    @Context() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SiteSettingsDto> {
    const visitors = (await this.find(id))?.visitors_24h ?? null;
    return answer(reply, await this.commands.execute(new UpdateSite(id, body, sight, visitors, context)), true);
  }

  @Put(':site_id/folder')
  @Access({ scope: 'sites:write', site: 'site_id', unseen: 'ask-command' })
  @ApiOperation({ summary: 'Put a site into a folder, or into none' })
  @ApiOkResponse({ type: SiteSettingsDto, headers: VERSIONED, description: 'Of the same version where nothing changed.' })
  @ApiWrite(404, 413, 415)
  async move(
    @Param('site_id') id: string,
    @Body(new BodyPipe(MoveSiteDto)) body: MoveSiteDto,
    @Asker() { sight }: Identity,
    @Context() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SiteSettingsDto> {
    const visitors = (await this.find(id))?.visitors_24h ?? null;
    return answer(reply, await this.commands.execute(new MoveSite(id, body.folder_id, sight, visitors, context)), true);
  }

  @Delete(':site_id')
  @HttpCode(204)
  @Access({ scope: 'sites:write', site: 'site_id', unseen: 'ask-command' })
  @ApiOperation({ summary: 'Delete a site: gone at once, and all that was recorded of it is erased soon' })
  @ApiNoContentResponse({ headers: VERSIONED, description: 'It is gone. `ETag` is its last version.' })
  @ApiWrite(404)
  async delete(
    @Param('site_id') id: string,
    @Asker() { sight }: Identity,
    @Context() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { version } = await this.commands.execute(new DeleteSite(id, sight, context));
    void reply.header('etag', `"${version}"`);
  }

  private async find(id: string): Promise<SiteSettings | undefined> {
    const [site] = await this.queries.execute(new ListSites({ ...EVERYTHING, siteIds: [id] }));
    return site;
  }
}

function answer(reply: FastifyReply, site: SiteSettings, mayWrite: boolean): SiteSettingsDto {
  void reply.header('etag', `"${site.version}"`);
  return toSettingsDto(site, mayWrite);
}
