import { createParamDecorator, SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Site } from '../../queries/get-site/get-site.query.ts';
import type { Identity, Scope } from './identity.ts';

/**
 * Who may use a route. Every route has one, next to its method; a spec fails for a route without.
 * - `open`: nobody has to say who they are.
 * - `scope`: an identity that has it (one of them). Without `site` it is about no site in particular.
 * - `operator`: only an admin who sees everything, as it concerns all sites and accounts.
 * - `site`: the parameter of the path that holds a site's id. The route is entered only for a site that is there and
 *   that the asker may see: else 404, the same for both.
 * - `unseen`: who has the scope is let in even where they see no such site. The command says so, or replays what it
 *   answered under the same `Idempotency-Key` while there was one: to a deletion above all.
 * - `public`: `if-site-public`: of a public site nobody has to say who they are. `only`: and others are not there.
 */
export type AccessRule =
  | { readonly open: true }
  | {
      readonly scope: Scope | readonly Scope[];
      readonly operator?: true;
      readonly site?: string;
      readonly unseen?: 'ask-command';
      readonly public?: 'if-site-public' | 'only';
    };

export const ACCESS = Symbol('access');

export const Access = (rule: AccessRule): CustomDecorator<symbol> => SetMetadata(ACCESS, rule);

/** What the guard found out, for the route. */
export interface Admitted {
  identity?: Identity;
  site?: Site;
}

const admitted = new WeakMap<FastifyRequest, Admitted>();

export function admit(request: FastifyRequest, what: Admitted): void {
  admitted.set(request, what);
}

/** The site that the path names: only on routes whose rule has `site`. */
export const AskedSite = createParamDecorator((_: unknown, context: ExecutionContext): Site => {
  const site = admitted.get(context.switchToHttp().getRequest<FastifyRequest>())?.site;
  if (site === undefined) throw new Error('the route has no rule of access that names a site');
  return site;
});

/** Who is asking, where the route was entered with an identity. */
export function identityOf(request: FastifyRequest): Identity | undefined {
  return admitted.get(request)?.identity;
}

/** Who is asking: only on routes that cannot be entered without. */
export function askerOf(request: FastifyRequest): Identity {
  const identity = identityOf(request);
  if (identity === undefined) throw new Error('the route can be entered without an identity');
  return identity;
}

export const Asker = createParamDecorator((_: unknown, context: ExecutionContext): Identity =>
  askerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
