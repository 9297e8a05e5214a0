import type { Actor } from '../../domain/actor.ts';
import type { Scope } from '../../domain/api-key.ts';
import { seesEverything, type Sight } from '../../domain/sight.ts';

export { SCOPES, type Scope } from '../../domain/api-key.ts';

/** Somebody known. */
export interface Identity {
  /** As the log names them. */
  readonly actor: Actor;
  readonly scopes: readonly string[];
  /** Which sites they see. */
  readonly sight: Sight;
}

/** `admin` includes the others. */
export function hasScope(identity: Identity, scope: Scope | readonly Scope[]): boolean {
  const wanted: readonly Scope[] = typeof scope === 'string' ? [scope] : scope;
  return identity.scopes.includes('admin') || wanted.some((one) => identity.scopes.includes(one));
}

/** Nobody else may do what concerns all sites and accounts, such as reading the audit trail. */
export function isOperator(identity: Identity): boolean {
  return identity.scopes.includes('admin') && seesEverything(identity.sight);
}
