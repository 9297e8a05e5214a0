import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OpenSession } from '../../commands/open-session/open-session.command.ts';
import { systemClock } from '../../platform/clock.ts';
import { NotSignedIn, Unavailable } from '../../platform/errors.ts';
import { Access } from '../access/access.ts';
import { PROXY } from '../access/access.guard.ts';
import type { ProxySettings } from '../access/proxy-identity.ts';
import { rawValues } from '../access/raw-headers.ts';
import { setSessionCookie } from '../access/session-cookie.ts';
import { ApiOpenProblems } from '../openapi/api-problems.ts';
import { DOCS_PATH } from '../openapi/openapi.ts';

/** Nothing of the request is in it. */
const NO_GOOD_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Antics: sign in</title></head>
<body><h1>This link does not work</h1>
<p>It was used, or its 15 minutes are over. Run <code>antics sign-in</code> again for a new one.</p></body></html>
`;

@ApiTags('Sign-in')
@Controller('sign-in')
export class SignInController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(PROXY) private readonly proxy: ProxySettings,
  ) {}

  @Get()
  @Access({ open: true })
  @ApiOperation({ summary: 'Open a session by the link that `antics sign-in` prints. It works once, for 15 minutes.' })
  @ApiQuery({ name: 'token', schema: { type: 'string' } })
  @ApiResponse({ status: 303, description: 'Signed in: to the documentation, with the cookie `antics_session`.' })
  @ApiOpenProblems(401, 503)
  async signIn(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    // Whoever only looks ahead must not use the link up.
    if (isLookingAhead(request)) throw new Unavailable('prefetch', 'Open the link itself.', 1);
    const { token } = request.method === 'HEAD' ? {} : (request.query as { token?: unknown });
    try {
      const opened = await this.commands.execute(new OpenSession(typeof token === 'string' ? token : ''));
      const session = { token: opened.token, expiresAt: new Date(opened.expires_at), now: systemClock() };
      setSessionCookie(request, reply, this.proxy, session);
    } catch (e) {
      if (!(e instanceof NotSignedIn) || !wantsPage(request)) throw e;
      return void reply.status(401).type('text/html; charset=utf-8').send(NO_GOOD_PAGE);
    }
    void reply.status(303).header('location', DOCS_PATH).send();
  }
}

function isLookingAhead(request: FastifyRequest): boolean {
  return ['sec-purpose', 'purpose'].some((name) => /prefetch|prerender/i.test(rawValues(request, name).join()));
}

function wantsPage(request: FastifyRequest): boolean {
  return /\btext\/html\b/.test(request.headers.accept ?? '');
}
