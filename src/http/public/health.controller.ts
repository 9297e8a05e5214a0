import { Controller, Get, Header, HttpStatus, Inject, Res, type OnModuleDestroy } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { GetReadiness } from '../../queries/get-readiness/get-readiness.query.ts';
import { Access } from '../access/access.ts';
import { ApiOpenProblems } from '../openapi/api-problems.ts';
import { HealthResponse, ReadinessResponse } from './health.dto.ts';

/** For whoever watches over the process. `health`: it runs. `ready`: send it requests. */
@ApiTags('Public')
@Controller('api/health')
export class HealthController implements OnModuleDestroy {
  /** The server stops: what is under way is answered, and nobody should send more. */
  private stopping = false;

  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  onModuleDestroy(): void {
    this.stopping = true;
  }

  @Get()
  @Access({ open: true })
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Whether the process can serve' })
  @ApiOkResponse({ type: HealthResponse })
  @ApiOpenProblems()
  health(): HealthResponse {
    return { status: 'ok', service: 'antics' };
  }

  @Get('ready')
  @Access({ open: true })
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Whether the database and the figures are there. Lag and parked hits do not fail it.' })
  @ApiOkResponse({ type: ReadinessResponse })
  @ApiServiceUnavailableResponse({ type: ReadinessResponse, description: 'One of them is not.' })
  @ApiOpenProblems()
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessResponse> {
    const readiness = await this.queries.execute(new GetReadiness());
    if (this.stopping) {
      reply.status(HttpStatus.SERVICE_UNAVAILABLE);
      return { ...readiness, status: 'unavailable' };
    }
    if (readiness.status !== 'ok') reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    return readiness;
  }
}
