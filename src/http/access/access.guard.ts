import { Inject, Injectable, Optional, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { seesSite } from '../../domain/sight.ts';
import { systemClock } from '../../platform/clock.ts';
import { NotAllowed, NotFound, NotSignedIn, Unavailable } from '../../platform/errors.ts';
import { GetSite, type Site } from '../../queries/get-site/get-site.query.ts';
import { ACCESS, admit, type AccessRule } from './access.ts';
import { hasScope, isOperator, type Identity } from './identity.ts';
import type { Keyring } from './keyring.ts';
import { NO_PROXY, proxyIdentity, type ProxySettings } from './proxy-identity.ts';
import { rawValues } from './raw-headers.ts';
import { requireSameOrigin } from './same-origin.ts';
import { sessionToken, setSessionCookie } from './session-cookie.ts';
import type { KnownSession, SessionRing } from './session-ring.ts';

export const KEYRING = Symbol('KEYRING');
export const PROXY = Symbol('PROXY');
export const SESSIONS = Symbol('SESSIONS');

interface Known {
  readonly identity: Identity;
  readonly session: KnownSession | undefined;
}

type SiteRule = Exclude<AccessRule, { open: true }>;

/** Enters a request only where the route's rule lets it in. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(KEYRING) private readonly keys: Keyring,
    // Whoever is not told whom to believe believes nobody.
    @Optional() @Inject(PROXY) private readonly proxy: ProxySettings = NO_PROXY,
    @Optional() @Inject(SESSIONS) private readonly sessions?: SessionRing,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const rule = this.reflector.get<AccessRule | undefined>(ACCESS, context.getHandler());
    if (rule === undefined) throw new Error('a route has no rule of access');
    if ('open' in rule) {
      await this.checkOpen(request);
      return true;
    }
    const known = await this.identify(request);
    const identity = known?.identity;
    const renew = (): Promise<void> => this.renew(known?.session, context);
    if (rule.site === undefined) {
      requireIdentity(identity);
      requireScope(identity, rule);
      admit(request, { identity });
      await renew();
      return true;
    }
    const site = await this.enterSite(rule, rule.site, identity, request);
    admit(request, { ...(site && { site }), ...(identity && { identity }) });
    // What a public site answers may be kept by others, and a cookie must not.
    if (site?.public !== true || rule.public === undefined) await renew();
    return true;
  }

  /**
   * A wrong key is told here too, and so is a mangled identity. But what is open has to answer while the keys cannot be
   * read: health is one. A session makes no difference to it.
   */
  private async checkOpen(request: FastifyRequest): Promise<void> {
    try {
      await this.identifyByHeaders(request);
    } catch (e) {
      if (!(e instanceof Unavailable)) throw e;
    }
  }

  /**
   * An `Authorization` decides alone. Else it is who the proxy in front says, who has looked just now; else the session
   * of a cookie. Both come by themselves with whatever a browser sends.
   */
  private async identify(request: FastifyRequest): Promise<Known | undefined> {
    const identity = await this.identifyByHeaders(request);
    const session = identity === undefined ? await this.findSession(request) : undefined;
    const known = identity ?? session?.identity;
    if (known === undefined) return undefined;
    if (known.actor.kind !== 'key') requireSameOrigin(request, this.proxy);
    return { identity: known, session };
  }

  private async identifyByHeaders(request: FastifyRequest): Promise<Identity | undefined> {
    const shown = rawValues(request, 'authorization');
    const [first] = shown;
    if (first !== undefined) return this.keys.identify(shown.length === 1 ? first : shown);
    return proxyIdentity(request, this.proxy);
  }

  private async findSession(request: FastifyRequest): Promise<KnownSession | undefined> {
    const token = sessionToken(request);
    return token === undefined ? undefined : this.sessions?.find(token);
  }

  private async renew(session: KnownSession | undefined, context: ExecutionContext): Promise<void> {
    const token = await session?.renew();
    if (session === undefined || token === undefined) return;
    const http = context.switchToHttp();
    const { expiresAt } = session;
    const reply = http.getResponse<FastifyReply>();
    setSessionCookie(http.getRequest(), reply, this.proxy, { token, expiresAt, now: systemClock() });
  }

  /**
   * Whoever asks without an identity learns nothing of what is there: 401 for each site that is not public. With one,
   * "not yours" and "not there" are the same, whatever the identity may do: sight comes first, then scope.
   */
  private async enterSite(
    rule: SiteRule,
    parameter: string,
    identity: Identity | undefined,
    request: FastifyRequest,
  ): Promise<Site | null> {
    const id = (request.params as Readonly<Record<string, string | undefined>>)[parameter] ?? '';
    const isHidden = identity === undefined && rule.public === undefined;
    const site = isHidden ? null : await this.queries.execute(new GetSite(id));
    if (site?.public === true && rule.public !== undefined) return site;
    if (rule.public === 'only') throw noSite();
    requireIdentity(identity);
    if (site === null || !seesSite(identity.sight, site)) {
      // Not there and not theirs alike: a bad body must not be what tells one from the other.
      if (rule.unseen !== undefined && hasScope(identity, rule.scope)) return null;
      throw noSite();
    }
    requireScope(identity, rule);
    return site;
  }
}

function requireIdentity(identity: Identity | undefined): asserts identity is Identity {
  if (identity === undefined) throw new NotSignedIn('This needs an API key (Authorization: Bearer <key>), or to be signed in.');
}

function requireScope(identity: Identity, rule: SiteRule): void {
  if (hasScope(identity, rule.scope)) {
    if (rule.operator === undefined || isOperator(identity)) return;
    throw new NotAllowed(
      'This concerns all sites: it needs an admin who is limited neither to an account nor to sites.',
    );
  }
  const scopes = typeof rule.scope === 'string' ? rule.scope : rule.scope.join(' or ');
  throw new NotAllowed(`This needs an API key with the scope ${scopes}.`);
}

/** The one answer for "not there" and "not yours". */
function noSite(): NotFound {
  return new NotFound('There is no such site.');
}
