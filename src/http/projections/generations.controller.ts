import { Body, Controller, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiAcceptedResponse, ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { CommandContext } from '../../commands/command-context.ts';
import { DiffProjection } from '../../commands/diff-projection/diff-projection.command.ts';
import { DiscardProjection } from '../../commands/discard-projection/discard-projection.command.ts';
import { PromoteProjection } from '../../commands/promote-projection/promote-projection.command.ts';
import { RebuildProjection } from '../../commands/rebuild-projection/rebuild-projection.command.ts';
import { RollbackProjection } from '../../commands/rollback-projection/rollback-projection.command.ts';
import { Access } from '../access/access.ts';
import { Context } from '../access/command-context.ts';
import { ApiAsker } from '../openapi/api-asker.ts';
import { ApiDeed } from './api-deed.ts';
import { OptionalBodyPipe } from './optional-body.pipe.ts';
import {
  DiffReportDto,
  DiscardedDto,
  OfSiteDto,
  PromoteDto,
  RebuildDto,
  SwitchedDto,
} from './projection.dto.ts';

const NAME = { name: 'name', schema: { type: 'string', example: 'all' }, description: '`all`, or a view.' } as const;
const LIST = '/api/projections';
const WHERE = {
  Location: { description: 'Where its progress is.', schema: { type: 'string' as const, format: 'uri-reference' } },
};

/** Generations of facts and views are of all sites: the operator's to rebuild, compare, switch and do away with. */
@ApiTags('Projections')
@ApiAsker()
@Controller(LIST.slice(1))
export class GenerationsController {
  constructor(@Inject(CommandBus) private readonly commands: CommandBus) {}

  @Post(':name/rebuild')
  @HttpCode(202)
  @Access({ scope: 'admin', operator: true })
  @ApiOperation({ summary: 'Build anew beside what serves, compare, and switch where it is equal; workers do it' })
  @ApiParam(NAME)
  @ApiBody({ type: OfSiteDto, required: false })
  @ApiAcceptedResponse({ type: RebuildDto, headers: WHERE, description: 'It is on its way, or was already.' })
  @ApiDeed()
  async rebuild(
    @Param('name') name: string,
    @Body(new OptionalBodyPipe(OfSiteDto)) body: OfSiteDto,
    @Context() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RebuildDto> {
    const rebuild = await this.commands.execute(new RebuildProjection(name, body.site_id, context));
    void reply.header('location', LIST);
    return rebuild;
  }

  @Post(':name/diff')
  @HttpCode(200)
  @Access({ scope: 'admin', operator: true })
  @ApiOperation({ summary: 'Compare what is ready with what serves: which figures would move, before and after' })
  @ApiParam(NAME)
  @ApiBody({ type: OfSiteDto, required: false })
  @ApiOkResponse({ type: DiffReportDto })
  @ApiDeed()
  diff(
    @Param('name') name: string,
    @Body(new OptionalBodyPipe(OfSiteDto)) body: OfSiteDto,
    @Context() context: CommandContext,
  ): Promise<DiffReportDto> {
    return this.commands.execute(new DiffProjection(name, body.site_id, context));
  }

  @Post(':name/promote')
  @HttpCode(200)
  @Access({ scope: 'admin', operator: true })
  @ApiOperation({ summary: 'Switch to what is ready though it differs, on record' })
  @ApiParam(NAME)
  @ApiBody({ type: PromoteDto })
  @ApiOkResponse({ type: SwitchedDto })
  @ApiDeed()
  promote(
    @Param('name') name: string,
    @Body(new OptionalBodyPipe(PromoteDto)) body: PromoteDto,
    @Context() context: CommandContext,
  ): Promise<SwitchedDto> {
    return this.commands.execute(new PromoteProjection(name, body.reason, context));
  }

  @Post(':name/discard')
  @HttpCode(200)
  @Access({ scope: 'admin', operator: true })
  @ApiOperation({ summary: 'Drop what is built or ready, else what served before, on record' })
  @ApiParam(NAME)
  @ApiOkResponse({ type: DiscardedDto })
  @ApiDeed()
  discard(@Param('name') name: string, @Context() context: CommandContext): Promise<DiscardedDto> {
    return this.commands.execute(new DiscardProjection(name, context));
  }

  @Post(':name/rollback')
  @HttpCode(200)
  @Access({ scope: 'admin', operator: true })
  @ApiOperation({ summary: 'Switch back to what served before, on record' })
  @ApiParam(NAME)
  @ApiOkResponse({ type: SwitchedDto })
  @ApiDeed()
  rollback(@Param('name') name: string, @Context() context: CommandContext): Promise<SwitchedDto> {
    return this.commands.execute(new RollbackProjection(name, context));
  }
}
