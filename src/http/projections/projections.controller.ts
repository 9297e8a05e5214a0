import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '../../commands/command-context.ts';
import { VerifyProjection } from '../../commands/verify-projection/verify-projection.command.ts';
import { ListProjections } from '../../queries/list-projections/list-projections.query.ts';
import { Access } from '../access/access.ts';
import { Context } from '../access/command-context.ts';
import { ApiAsker } from '../openapi/api-asker.ts';
import { ApiProblems } from '../openapi/api-problems.ts';
import { ApiDeed } from './api-deed.ts';
import { OptionalBodyPipe } from './optional-body.pipe.ts';
import { ProjectionsDto, VerifyDto, VerifyReportDto } from './projection.dto.ts';

const NAME = { name: 'name', schema: { type: 'string', example: 'all' }, description: '`all`, or a view.' } as const;

/** What the figures are made of is of all sites: its versions are the operator's to rebuild, compare and switch. */
@ApiTags('Projections')
@ApiAsker()
@Controller('api/projections')
export class ProjectionsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(QueryBus) private readonly queries: QueryBus,
  ) {}

  @Get()
  @Access({ scope: 'admin', operator: true })
  @ApiOperation({ summary: 'Every generation of facts and views: version, state, position, lag, and what rebuilds it' })
  @ApiOkResponse({ type: ProjectionsDto })
  @ApiProblems(401, 403)
  async list(): Promise<ProjectionsDto> {
    return { projections: [...(await this.queries.execute(new ListProjections()))] };
  }

  @Post(':name/verify')
  @HttpCode(200)
  @Access({ scope: 'admin', operator: true })
  @ApiOperation({ summary: 'Count what serves anew from the log, and list every figure that is another one' })
  @ApiParam(NAME)
  @ApiBody({ type: VerifyDto, required: false })
  @ApiOkResponse({ type: VerifyReportDto, description: '`equal` says whether. It takes as long as it takes to count.' })
  @ApiDeed()
  verify(
    @Param('name') name: string,
    @Body(new OptionalBodyPipe(VerifyDto)) body: VerifyDto,
    @Context() context: CommandContext,
  ): Promise<VerifyReportDto> {
    return this.commands.execute(new VerifyProjection(name, body, context));
  }
}
