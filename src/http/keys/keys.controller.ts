import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { CommandContext } from '../../commands/command-context.ts';
import { IssueApiKey } from '../../commands/issue-api-key/issue-api-key.command.ts';
import { RevokeApiKey } from '../../commands/revoke-api-key/revoke-api-key.command.ts';
import { NotFound } from '../../platform/errors.ts';
import { ListKeys, type ListedKey } from '../../queries/list-keys/list-keys.query.ts';
import { Access, Asker } from '../access/access.ts';
import { Context } from '../access/command-context.ts';
import type { Identity } from '../access/identity.ts';
import { ApiAsker } from '../openapi/api-asker.ts';
import { ApiProblems } from '../openapi/api-problems.ts';
import { BodyPipe } from '../problem/body.pipe.ts';
import { ApiWrite, MADE, VERSIONED } from '../sites/api-writes.ts';
import { IssuedKeyDto, IssueKeyDto, KeyDto, KeysDto } from './key.dto.ts';

/**
 * API keys. An operator's admin deals with all of them; one of an account with that account's keys, and one that is
 * limited to sites with keys that are limited to some of these. The others are not there for them.
 */
@ApiTags('Keys')
@ApiAsker()
@Controller('api/keys')
export class KeysController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(QueryBus) private readonly queries: QueryBus,
  ) {}

  @Get()
  @Access({ scope: 'admin' })
  @ApiOperation({ summary: 'The API keys that the asker may see, the oldest first' })
  @ApiOkResponse({ type: KeysDto })
  @ApiProblems(401, 403)
  async list(@Asker() asker: Identity): Promise<KeysDto> {
    const keys = await this.queries.execute(new ListKeys(asker.sight));
    return { keys: keys.map(toDto) };
  }

  @Get(':key_id')
  @Access({ scope: 'admin' })
  @ApiOperation({ summary: 'One key' })
  @ApiParam({ name: 'key_id', format: 'uuid' })
  @ApiOkResponse({ type: KeyDto, headers: VERSIONED })
  @ApiProblems(401, 403, 404)
  async get(
    @Param('key_id') id: string,
    @Asker() asker: Identity,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<KeyDto> {
    const [key] = await this.queries.execute(new ListKeys(asker.sight, id));
    if (key === undefined) throw new NotFound('There is no such key.');
    void reply.header('etag', `"${key.version}"`);
    return toDto(key);
  }

  @Post()
  @Access({ scope: 'admin' })
  @ApiOperation({ summary: 'Issue a key, which is never wider than the asker’s' })
  @ApiCreatedResponse({ type: IssuedKeyDto, headers: MADE, description: '`key` is shown this once.' })
  @ApiWrite(413, 415)
  async issue(
    @Body(new BodyPipe(IssueKeyDto)) body: IssueKeyDto,
    @Asker() asker: Identity,
    @Context() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IssuedKeyDto> {
    const { version, ...issued } = await this.commands.execute(new IssueApiKey(body, asker, context));
    void reply.headers({ location: `/api/keys/${issued.id}`, etag: `"${version}"`, 'cache-control': 'no-store' });
    return { ...issued, last_used_at: null };
  }

  @Delete(':key_id')
  @HttpCode(204)
  @Access({ scope: 'admin' })
  @ApiOperation({ summary: 'Revoke a key: it works nowhere after a second' })
  @ApiParam({ name: 'key_id', format: 'uuid' })
  @ApiNoContentResponse({ headers: VERSIONED, description: 'It is gone. `ETag` is its last version.' })
  @ApiWrite(404)
  async revoke(
    @Param('key_id') id: string,
    @Asker() asker: Identity,
    @Context() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { version } = await this.commands.execute(new RevokeApiKey(id, asker.sight, context));
    void reply.header('etag', `"${version}"`);
  }
}

function toDto({ version: _, ...key }: ListedKey): KeyDto {
  return {
    ...key,
    created_at: key.created_at.toISOString(),
    expires_at: key.expires_at?.toISOString() ?? null,
    last_used_at: key.last_used_at?.toISOString() ?? null,
  };
}
