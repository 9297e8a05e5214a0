import { Controller, Get, Header, Inject, Param } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { GetBadge } from '../../queries/get-badge/get-badge.query.ts';
import { Access } from '../access/access.ts';
import { ApiProblems } from '../openapi/api-problems.ts';
import { visitorsBadge } from './badge.ts';

@ApiTags('Public')
@Controller('api/badge')
export class BadgeController {
  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  @Get(':site_id')
  @Access({ scope: 'stats:read', site: 'site_id', public: 'only' })
  @Header('content-type', 'image/svg+xml; charset=utf-8')
  @Header('cache-control', 'public, max-age=120')
  // Badges stand on pages of others; helmet's default would keep them out.
  @Header('cross-origin-resource-policy', 'cross-origin')
  @ApiOperation({ summary: 'A picture with the visitors of a public site in the last 24 hours' })
  @ApiParam({ name: 'site_id', type: 'string', format: 'uuid' })
  @ApiOkResponse({ description: 'SVG', content: { 'image/svg+xml': { schema: { type: 'string' } } } })
  @ApiProblems(404, 503)
  async badge(@Param('site_id') siteId: string): Promise<string> {
    return visitorsBadge((await this.queries.execute(new GetBadge(siteId))).visitors);
  }
}
