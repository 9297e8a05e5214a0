import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiAcceptedResponse, ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { CommandContext } from '../../commands/command-context.ts';
import { AcceptBatch } from '../../commands/record-hits/accept-batch.command.ts';
import { systemClock } from '../../platform/clock.ts';
import { Access, Asker } from '../access/access.ts';
import { Context } from '../access/command-context.ts';
import type { Identity } from '../access/identity.ts';
import { ApiAsker } from '../openapi/api-asker.ts';
import { ApiDeed } from '../projections/api-deed.ts';
import { checkBatch } from './check-batch.ts';
import { BatchAnswerDto, BatchDto } from './events.dto.ts';

/** Hits that servers hand on. */
@ApiTags('Events')
@ApiAsker()
@Controller('api/events')
export class EventsController {
  constructor(@Inject(CommandBus) private readonly commands: CommandBus) {}

  @Post()
  @HttpCode(202)
  @Access({ scope: 'events:write' })
  @ApiOperation({
    summary: 'Report up to 1,000 page views and events from a server, at the times when they happened',
    description: 'All of them are taken, or none is: one that is malformed is named, and nothing is stored. At most 4 MiB.',
  })
  @ApiBody({ type: BatchDto })
  @ApiAcceptedResponse({ type: BatchAnswerDto, description: 'Durable in the log.' })
  @ApiDeed()
  post(
    @Body() body: unknown,
    @Asker() asker: Identity,
    @Context() { actor, idempotency }: CommandContext,
    @Req() { raw }: FastifyRequest,
  ): Promise<BatchAnswerDto> {
    const elements = checkBatch(body, systemClock());
    const sender = { headers: raw.headers, peer: raw.socket.remoteAddress ?? '', sight: asker.sight };
    return this.commands.execute(new AcceptBatch(elements, sender, { actor, ...(idempotency && { idempotency }) }));
  }
}
