import { Controller, Get, Inject, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { GetAudit } from '../../queries/get-audit/get-audit.query.ts';
import { Access } from '../access/access.ts';
import { ApiAsker } from '../openapi/api-asker.ts';
import { ApiProblems } from '../openapi/api-problems.ts';
import { ParametersPipe } from '../stats/parameters.pipe.ts';
import { AuditDto } from './audit.dto.ts';
import { AuditParameters } from './audit.parameters.ts';

@ApiTags('Audit')
@ApiAsker()
@Controller('api/audit')
export class AuditController {
  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  @Get()
  @Access({ scope: 'admin', operator: true })
  @ApiOperation({ summary: 'Who did what, when, with the state before and after, in the order of the log' })
  @ApiOkResponse({ type: AuditDto })
  @ApiProblems(400, 401, 403)
  async list(@Query(new ParametersPipe(AuditParameters)) asked: AuditParameters): Promise<AuditDto> {
    const { entries, next_after } = await this.queries.execute(
      new GetAudit({
        site: asked.site_id,
        actor: asked.actor,
        after: Number(asked.after),
        limit: Number(asked.limit),
      }),
    );
    return { entries: entries.map((entry) => ({ ...entry, at: entry.at.toISOString() })), next_after };
  }
}
