import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ACCESS, identityOf, type AccessRule } from '../access/access.ts';
import type { RequestLimits } from './request-limits.ts';

export const REQUEST_LIMITS = Symbol('REQUEST_LIMITS');

/**
 * Stands before the guard of access. Who shows nothing is charged by address. Who shows something is heard, unless too
 * much of what came from that address was not valid: guessing gets no faster by asking more.
 * Open routes (health, metrics, the tracker) are never limited: a probe must not fail for what others do.
 */
@Injectable()
export class AddressLimitGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(REQUEST_LIMITS) private readonly limits: RequestLimits,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (isOpen(this.reflector, context)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const client = clientOf(this.limits, request);
    if (!showsSomething(request)) {
      this.limits.take('address', client);
      return true;
    }
    this.limits.check('wrong_key', client);
    const { raw } = context.switchToHttp().getResponse<FastifyReply>();
    raw.once('finish', () => {
      if (raw.statusCode === 401) this.limits.charge('wrong_key', client);
    });
    return true;
  }
}

/** Stands after the guard of access: who is known is charged by who they are, wherever they come from. */
@Injectable()
export class IdentityLimitGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(REQUEST_LIMITS) private readonly limits: RequestLimits,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (isOpen(this.reflector, context)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const identity = identityOf(request);
    if (identity !== undefined) this.limits.take('identity', identity.actor.name);
    // What was shown says nothing, such as another site's cookie: the address pays after all.
    else if (showsSomething(request)) this.limits.take('address', clientOf(this.limits, request));
    return true;
  }
}

function isOpen(reflector: Reflector, context: ExecutionContext): boolean {
  const rule = reflector.get<AccessRule | undefined>(ACCESS, context.getHandler());
  return rule !== undefined && 'open' in rule;
}

function clientOf(limits: RequestLimits, { raw }: FastifyRequest): string | null {
  return limits.clientOf(raw.headers, raw.socket.remoteAddress ?? '');
}

function showsSomething({ headers }: FastifyRequest): boolean {
  return 'authorization' in headers || 'cookie' in headers || 'remote-user' in headers || 'remote-groups' in headers;
}
