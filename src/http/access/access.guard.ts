import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import { seesSite } from '../../domain/sight.ts';
import { NotAllowed, NotFound, NotSignedIn, Unavailable } from '../../platform/errors.ts';
import { GetSite, type Site } from '../../queries/get-site/get-site.query.ts';
import { ACCESS, admit, type AccessRule } from './access.ts';
import { hasScope, isOperator, type Identity } from './identity.ts';
import type { Keyring } from './keyring.ts';

export const KEYRING = Symbol('KEYRING');

type SiteRule = Exclude<AccessRule, { open: true }>;

/** Enters a request only where the route's rule lets it in. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(QueryBus) private readonly queries: QueryBus,
    @Inject(KEYRING) private readonly keys: Keyring,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const rule = this.reflector.get<AccessRule | undefined>(ACCESS, context.getHandler());
    if (rule === undefined) throw new Error('a route has no rule of access');
    if ('open' in rule) {
      await this.checkOpen(request);
      return true;
    }
    const identity = await this.identify(request);
    if (rule.site === undefined) {
      requireScope(identity, rule);
      admit(request, { identity });
      return true;
    }
    const site = await this.enterSite(rule, rule.site, identity, request);
    admit(request, { site, ...(identity && { identity }) });
    return true;
  }

  /** A wrong key is told here too. But what is open has to answer while the keys cannot be read: health is one. */
  private async checkOpen(request: FastifyRequest): Promise<void> {
    try {
      await this.identify(request);
    } catch (e) {
      if (!(e instanceof Unavailable)) throw e;
    }
  }

  private async identify(request: FastifyRequest): Promise<Identity | undefined> {
    const shown = authorizations(request);
    const [first] = shown;
    if (first === undefined) return undefined;
    return this.keys.identify(shown.length === 1 ? first : shown);
  }

  /**
   * Whoever asks without an identity learns nothing of what is there: 401 for each site that is not public. With one,
   * "not yours" and "not there" are the same.
   */
  private async enterSite(
    rule: SiteRule,
    parameter: string,
    identity: Identity | undefined,
    request: FastifyRequest,
  ): Promise<Site> {
    const id = (request.params as Readonly<Record<string, string | undefined>>)[parameter] ?? '';
    const site = identity === undefined && rule.public === undefined ? null : await this.queries.execute(new GetSite(id));
    if (site?.public === true && rule.public !== undefined) return site;
    if (rule.public === 'only') throw noSite();
    requireScope(identity, rule);
    if (site === null || !seesSite(identity.sight, site)) throw noSite();
    return site;
  }
}

function requireScope(identity: Identity | undefined, rule: SiteRule): asserts identity is Identity {
  if (identity === undefined) throw new NotSignedIn('This needs an API key: Authorization: Bearer <key>.');
  if (hasScope(identity, rule.scope)) {
    if (rule.operator === undefined || isOperator(identity)) return;
    throw new NotAllowed('This concerns all sites: it needs an admin who is limited neither to an account nor to sites.');
  }
  const scopes = typeof rule.scope === 'string' ? rule.scope : rule.scope.join(' or ');
  throw new NotAllowed(`This needs an API key with the scope ${scopes}.`);
}

/** The one answer for "not there" and "not yours". */
function noSite(): NotFound {
  return new NotFound('There is no such site.');
}

/** Node keeps the first of several, and what a proxy in front believed may be another one. */
function authorizations(request: FastifyRequest): string[] {
  const { rawHeaders } = request.raw;
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'authorization');
}
