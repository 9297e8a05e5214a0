import { Controller, Get, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListRefusedHosts } from '../../queries/list-refused-hosts/list-refused-hosts.query.ts';
import { Access } from '../access/access.ts';
import { ApiAsker } from '../openapi/api-asker.ts';
import { ApiProblems } from '../openapi/api-problems.ts';
import { RefusedHostsDto } from './site.dto.ts';

/** Provider of a function that says where the API is, such as `http://127.0.0.1:8480`. */
export const BASE_URL = Symbol('BASE_URL');

@ApiTags('Sites')
@ApiAsker()
@Controller('api/refused-hosts')
export class RefusedHostsController {
  constructor(
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(BASE_URL) private readonly baseUrl: () => string,
  ) {}

  @Get()
  @Access({ scope: 'admin', operator: true })
  @ApiOperation({ summary: 'The last 20 hosts whose hits were refused, as no site is registered for them' })
  @ApiOkResponse({ type: RefusedHostsDto })
  @ApiProblems(401, 403)
  async list(): Promise<RefusedHostsDto> {
    const hosts = await this.queries.execute(new ListRefusedHosts());
    return {
      refused_hosts: hosts.map(({ host, hits, lastSeen }) => ({
        host,
        hits,
        last_seen: lastSeen.toISOString(),
        command: this.addCommand(host),
      })),
    };
  }

  /** A canonical host holds nothing that a shell or JSON would act on. */
  private addCommand(host: string): string {
    return (
      `curl -X POST ${this.baseUrl()}/api/sites -H "Authorization: Bearer $KEY" ` +
      `-H 'Content-Type: application/json' -d '{"domain":"${host}"}'`
    );
  }
}
