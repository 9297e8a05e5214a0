import { Body, Controller, Get, Inject, Post, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { CommandContext } from '../../commands/command-context.ts';
import { CreateSite } from '../../commands/create-site/create-site.command.ts';
import { EVERYTHING } from '../../domain/sight.ts';
import { NotAllowed, NotFound } from '../../platform/errors.ts';
import type { Site } from '../../queries/get-site/get-site.query.ts';
import { ListSites, type ListedSite } from '../../queries/list-sites/list-sites.query.ts';
import { Access, AskedSite, Asker } from '../access/access.ts';
import { Context } from '../access/command-context.ts';
import type { Identity } from '../access/identity.ts';
import { BodyPipe } from '../problem/body.pipe.ts';
import { CreateSiteDto, SiteDto, SitesDto } from './site.dto.ts';

@ApiTags('Sites')
@ApiBearerAuth()
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
  async list(@Asker() asker: Identity): Promise<SitesDto> {
    const sites = await this.queries.execute(new ListSites(asker.sight));
    return { sites: sites.map(toDto) };
  }

  @Get(':site_id')
  @Access({ scope: ['stats:read', 'sites:write'], site: 'site_id' })
  @ApiOperation({ summary: 'One site' })
  @ApiOkResponse({ type: SiteDto })
  @ApiResponse({ status: 404, description: 'Not there, or not yours.' })
  async get(@AskedSite() asked: Site, @Res({ passthrough: true }) reply: FastifyReply): Promise<SiteDto> {
    const [site] = await this.queries.execute(new ListSites({ ...EVERYTHING, siteIds: [asked.id] }));
    if (site === undefined) throw new NotFound('There is no such site.'); // deleted since the guard looked
    void reply.header('etag', `"${site.version}"`);
    return toDto(site);
  }

  @Post()
  @Access({ scope: 'sites:write' })
  @ApiOperation({ summary: 'Register a site' })
  @ApiCreatedResponse({ type: SiteDto, description: '`Location` names it; `ETag` is its version.' })
  @ApiResponse({ status: 400, description: '`errors` names each bad field.' })
  @ApiResponse({ status: 409, description: 'The domain is taken.' })
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
    return toDto({ ...site, created_at: new Date(site.created_at), visitors_24h: 0 });
  }
}

function toDto(site: ListedSite): SiteDto {
  return {
    id: site.id,
    domain: site.domain,
    name: site.name,
    public: site.public,
    folder_id: site.folder_id,
    timezone: site.timezone,
    created_at: site.created_at.toISOString(),
    visitors_24h: site.visitors_24h,
  };
}
