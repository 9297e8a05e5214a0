import { Readable } from 'node:stream';
import { Controller, Get, Header, Inject, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ExportBreakdown } from '../../queries/export-breakdown/export-breakdown.query.ts';
import { ExportDays } from '../../queries/export-days/export-days.query.ts';
import type { Metric } from '../../queries/get-stats/get-stats.query.ts';
import { Access } from '../access/access.ts';
import { ApiAsker } from '../openapi/api-asker.ts';
import { ApiProblems } from '../openapi/api-problems.ts';
import { ParametersPipe } from '../stats/parameters.pipe.ts';
import { ExportParameters } from './export.parameters.ts';
import { attachment, exportName } from './file-name.ts';
import { breakdownTable, daysTable, inChunks } from './tables.ts';

const CSV = 'text/csv; charset=utf-8';
/** A client that takes nothing for so long would keep a connection of the database from the others. */
const STALLED_MS = 60_000;

/** A site's figures as a file for a spreadsheet. Also of public sites it needs an identity. */
@ApiTags('Export')
@ApiAsker()
@ApiParam({ name: 'site_id', type: 'string', format: 'uuid' })
@Controller('api/export')
export class ExportController {
  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  @Get(':site_id')
  @Access({ scope: 'stats:read', site: 'site_id' })
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Figures of every day of a period, or of every value of a metric, as CSV',
    description:
      'RFC 4180, UTF-8. Cells that a spreadsheet would run as a formula begin with an apostrophe. Days without traffic ' +
      'are there with zeros; a rate of nothing is empty.',
  })
  @ApiOkResponse({
    description: 'The file, named after the site and the period.',
    content: { 'text/csv': { schema: { type: 'string' } } },
  })
  @ApiProblems(400, 401, 403, 404, 503)
  async export(
    @Param('site_id') siteId: string,
    @Query(new ParametersPipe(ExportParameters)) { period, metric }: ExportParameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    reply.raw.setTimeout(STALLED_MS, () => void reply.raw.destroy());
    return metric === undefined ? this.days(siteId, period) : this.breakdown(siteId, period, metric);
  }

  private async days(siteId: string, period: string): Promise<StreamableFile> {
    const { domain, from, to, days } = await this.queries.execute(new ExportDays(siteId, period));
    const disposition = attachment(exportName(domain, '', from, to));
    return new StreamableFile(Readable.from(inChunks(daysTable(days))), { type: CSV, disposition });
  }

  private async breakdown(siteId: string, period: string, metric: Metric): Promise<StreamableFile> {
    const found = await this.queries.execute(new ExportBreakdown(siteId, period, metric));
    const text = Readable.from(inChunks(breakdownTable(metric, found.rows)), { highWaterMark: 2 });
    // Also when nobody reads it to the end, or begins to.
    text.once('close', () => void found.close());
    const disposition = attachment(exportName(found.domain, metric, found.from, found.to));
    return new StreamableFile(text, { type: CSV, disposition });
  }
}
