import { Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '../../commands/command-context.ts';
import { DiscardParkedHit } from '../../commands/discard-parked-hit/discard-parked-hit.command.ts';
import { RetryParkedHit } from '../../commands/retry-parked-hit/retry-parked-hit.command.ts';
import { ListParked } from '../../queries/list-parked/list-parked.query.ts';
import { Access } from '../access/access.ts';
import { Context } from '../access/command-context.ts';
import { ApiAsker } from '../openapi/api-asker.ts';
import { ApiProblems } from '../openapi/api-problems.ts';
import { ApiDeed } from '../projections/api-deed.ts';
import { DiscardedHitDto, ParkedHitsDto, RetriedHitDto } from './parked.dto.ts';

const POSITION = { name: 'position', schema: { type: 'integer', minimum: 1 } } as const;

/** Hits that could not be folded: they are of all sites, and the operator's to see to. */
@ApiTags('Projections')
@ApiAsker()
@Controller('api/parked')
export class ParkedController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(QueryBus) private readonly queries: QueryBus,
  ) {}

  @Get()
  @Access({ scope: 'admin', operator: true })
  @ApiOperation({ summary: 'The hits that could not be folded, in the order of the log' })
  @ApiOkResponse({ type: ParkedHitsDto })
  @ApiProblems(401, 403)
  async list(): Promise<ParkedHitsDto> {
    return { parked: await this.queries.execute(new ListParked()) };
  }

  @Post(':position/retry')
  @HttpCode(200)
  @Access({ scope: 'admin', operator: true })
  @ApiOperation({ summary: 'Fold a parked hit once more: it counts as if it had never been parked' })
  @ApiParam(POSITION)
  @ApiOkResponse({ type: RetriedHitDto, description: '`folded` says whether; where it failed again, why.' })
  @ApiDeed()
  retry(@Param('position') position: string, @Context() context: CommandContext): Promise<RetriedHitDto> {
    return this.commands.execute(new RetryParkedHit(position, context));
  }

  @Post(':position/discard')
  @HttpCode(200)
  @Access({ scope: 'admin', operator: true })
  @ApiOperation({ summary: 'Let a parked hit count nowhere, for good and on record' })
  @ApiParam(POSITION)
  @ApiOkResponse({ type: DiscardedHitDto })
  @ApiDeed()
  discard(@Param('position') position: string, @Context() context: CommandContext): Promise<DiscardedHitDto> {
    return this.commands.execute(new DiscardParkedHit(position, context));
  }
}
