import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PrometheusController } from '@willsoto/nestjs-prometheus';
import type { FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import { Access } from '../access/access.ts';
import { ApiOpenProblems } from '../openapi/api-problems.ts';

export const METRICS = Symbol('METRICS');

/** `GET /metrics`, of this process's own registry: an application in a test has one of its own too. */
@ApiTags('Public')
@Controller()
export class MetricsController extends PrometheusController {
  constructor(@Inject(METRICS) private readonly registry: Registry) {
    super();
  }

  @Get()
  @Access({ open: true })
  @ApiOperation({ summary: 'Figures of this process, for Prometheus' })
  @ApiOkResponse({
    description: 'The text format of Prometheus.',
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
  @ApiOpenProblems()
  override async index(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', this.registry.contentType);
    return this.registry.metrics();
  }
}
