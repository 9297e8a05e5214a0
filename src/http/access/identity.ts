export const SCOPES = ['stats:read', 'sites:write', 'events:write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Somebody known. */
export interface Identity {
  /** As the log names them: `key:<uuid>`. */
  readonly actor: string;
  readonly scopes: readonly string[];
  /** Ids of the sites that it is limited to; null: no such limit. */
  readonly siteIds: readonly string[] | null;
  /** Whose key it is; null: the operator's own. */
  readonly account: string | null;
}

/** `admin` includes the others. */
export function hasScope(identity: Identity, scope: Scope | readonly Scope[]): boolean {
  const wanted: readonly Scope[] = typeof scope === 'string' ? [scope] : scope;
  return identity.scopes.includes('admin') || wanted.some((one) => identity.scopes.includes(one));
}

/** Which sites an identity sees, by their ids; null: all. A key of an account sees those it lists, and no others. */
export function visibleSites(identity: Identity): readonly string[] | null {
  return identity.siteIds ?? (identity.account === null ? null : []);
}

export function seesSite(identity: Identity, siteId: string): boolean {
  return visibleSites(identity)?.includes(siteId) ?? true;
}
