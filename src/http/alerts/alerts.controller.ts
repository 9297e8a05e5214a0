import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { CommandContext } from '../../commands/command-context.ts';
import { CreateAlert } from '../../commands/create-alert/create-alert.command.ts';
import { DeleteAlert } from '../../commands/delete-alert/delete-alert.command.ts';
import { InvalidInput, NotFound } from '../../platform/errors.ts';
import { ListAlerts, type ListedAlert } from '../../queries/list-alerts/list-alerts.query.ts';
import { Access, Asker } from '../access/access.ts';
import { Context } from '../access/command-context.ts';
import { hasScope, type Identity } from '../access/identity.ts';
import { ApiAsker } from '../openapi/api-asker.ts';
import { ApiProblems } from '../openapi/api-problems.ts';
import { BodyPipe } from '../problem/body.pipe.ts';
import { ApiWrite, MADE, VERSIONED } from '../sites/api-writes.ts';
import { AlertDto, AlertsDto, CreateAlertDto } from './alert.dto.ts';

/** Provider of a boolean: whether a mail server is set. */
export const CAN_MAIL = Symbol('CAN_MAIL');

const ID = { name: 'id', schema: { type: 'string', format: 'uuid' } } as const;

/** Alerts hold addresses of people: who may read the figures reads the alerts, and only who may write sees to whom. */
@ApiTags('Alerts')
@ApiAsker()
@Controller('api/alerts')
export class AlertsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(CAN_MAIL) private readonly canMail: boolean,
  ) {}

  @Get()
  @Access({ scope: ['stats:read', 'sites:write'] })
  @ApiOperation({ summary: 'The alerts of the sites that the asker may see, in the order in which they were made' })
  @ApiQuery({ name: 'site_id', required: false, schema: { type: 'string', format: 'uuid' }, description: 'Only of this site.' })
  @ApiOkResponse({ type: AlertsDto })
  @ApiProblems(400, 401, 403, 404)
  async list(@Query('site_id') site: unknown, @Asker() asker: Identity): Promise<AlertsDto> {
    if (site !== undefined && typeof site !== 'string') {
      const detail = 'must be given once';
      throw new InvalidInput(`site_id ${detail}.`, [{ pointer: '/site_id', detail }]);
    }
    const alerts = await this.queries.execute(new ListAlerts(asker.sight, site));
    return { alerts: alerts.map((alert) => this.toDto(alert, asker)) };
  }

  @Get(':id')
  @Access({ scope: ['stats:read', 'sites:write'] })
  @ApiOperation({ summary: 'One alert' })
  @ApiParam(ID)
  @ApiOkResponse({ type: AlertDto, headers: VERSIONED })
  @ApiProblems(401, 403, 404)
  async get(
    @Param('id') id: string,
    @Asker() asker: Identity,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AlertDto> {
    const [alert] = await this.queries.execute(new ListAlerts(asker.sight, undefined, id));
    if (alert === undefined) throw new NotFound('There is no such alert.');
    void reply.header('etag', `"${alert.version}"`);
    return this.toDto(alert, asker);
  }

  @Post()
  @Access({ scope: 'sites:write' })
  @ApiOperation({ summary: 'Watch a figure of the last 24 hours: one mail when it starts to hold, one when it stops' })
  @ApiCreatedResponse({ type: AlertDto, headers: MADE })
  @ApiWrite(404, 413, 415)
  async create(
    @Body(new BodyPipe(CreateAlertDto)) body: CreateAlertDto,
    @Asker() asker: Identity,
    @Context() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AlertDto> {
    const { version, ...made } = await this.commands.execute(new CreateAlert(body, asker.sight, context));
    void reply.headers({ location: `/api/alerts/${made.id}`, etag: `"${version}"` });
    const unchecked = { state: 'unknown', last_checked_at: null, last_mailed_at: null, hasTrouble: false } as const;
    return this.toDto({ ...made, ...unchecked, version }, asker);
  }

  @Delete(':id')
  @HttpCode(204)
  @Access({ scope: 'sites:write' })
  @ApiOperation({ summary: 'Remove an alert; mails that are still owed to it are not sent' })
  @ApiParam(ID)
  @ApiNoContentResponse({ headers: VERSIONED, description: 'It is gone. `ETag` is its last version.' })
  @ApiWrite(404)
  async remove(
    @Param('id') id: string,
    @Asker() asker: Identity,
    @Context() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { version } = await this.commands.execute(new DeleteAlert(id, asker.sight, context));
    void reply.header('etag', `"${version}"`);
  }

  private toDto(alert: ListedAlert, asker: Identity): AlertDto {
    return {
      id: alert.id,
      site_id: alert.site_id,
      metric: alert.metric,
      operator: alert.operator,
      threshold: alert.threshold,
      email: hasScope(asker, 'sites:write') ? alert.email : null,
      window: alert.window,
      state: alert.state,
      last_checked_at: alert.last_checked_at?.toISOString() ?? null,
      last_mailed_at: alert.last_mailed_at?.toISOString() ?? null,
      delivery: this.canMail ? (alert.hasTrouble ? 'failing' : 'ok') : 'no_smtp',
    };
  }
}
