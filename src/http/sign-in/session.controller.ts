import { Controller, Delete, HttpCode, Inject, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RevokeSession } from '../../commands/revoke-session/revoke-session.command.ts';
import { SCOPES } from '../../domain/api-key.ts';
import { NotFound } from '../../platform/errors.ts';
import { Access, Asker } from '../access/access.ts';
import { PROXY, SESSIONS } from '../access/access.guard.ts';
import type { Identity } from '../access/identity.ts';
import type { ProxySettings } from '../access/proxy-identity.ts';
import { clearSessionCookie, sessionToken } from '../access/session-cookie.ts';
import type { SessionRing } from '../access/session-ring.ts';
import { ApiAsker } from '../openapi/api-asker.ts';
import { ApiProblems } from '../openapi/api-problems.ts';

@ApiTags('Sign-in')
@ApiAsker()
@Controller('api/session')
export class SessionController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(PROXY) private readonly proxy: ProxySettings,
    @Inject(SESSIONS) private readonly sessions: SessionRing,
  ) {}

  @Delete()
  @HttpCode(204)
  @Access({ scope: SCOPES })
  @ApiOperation({ summary: 'Sign out: ends the session of the cookie, where one is shown' })
  @ApiNoContentResponse({ description: 'There is no session any more.' })
  @ApiProblems(401, 403, 503)
  async signOut(
    @Asker() { actor }: Identity,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const token = sessionToken(request);
    const session = token === undefined ? undefined : await this.sessions.find(token);
    if (session !== undefined) await this.revoke(session.id, actor);
    this.sessions.forget();
    clearSessionCookie(request, reply, this.proxy);
  }

  private async revoke(id: string, actor: Identity['actor']): Promise<void> {
    try {
      await this.commands.execute(new RevokeSession(id, { actor }));
    } catch (e) {
      if (!(e instanceof NotFound)) throw e; // somebody was faster, to the same end
    }
  }
}
