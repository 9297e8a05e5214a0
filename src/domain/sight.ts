/**
 * Which sites somebody sees: those for which every limit holds. Null is "no limit of this kind".
 * - `siteIds`: a key's list of sites (public ids)
 * - `account`: managed mode, the account of the key
 * - `groups`: of a user, by the groups of the sites' folders; a site in no folder is in none of them. Groups are the
 *   operator's: whom a managed account names in its folders sees nothing by that
 */
export interface Sight {
  readonly siteIds: readonly string[] | null;
  readonly account: string | null;
  readonly groups: readonly string[] | null;
}

export const EVERYTHING: Sight = { siteIds: null, account: null, groups: null };

/** What of a site decides who sees it. */
export interface Sighted {
  readonly id: string;
  readonly account: string | null;
  /** `authelia_group` of its folder. */
  readonly group: string | null;
}

/** The same rule as `readSites`, which asks the table. */
export function seesSite(sight: Sight, site: Sighted): boolean {
  if (sight.siteIds !== null && !sight.siteIds.includes(site.id)) return false;
  if (sight.account !== null && site.account !== sight.account) return false;
  if (sight.groups === null) return true;
  return site.account === null && site.group !== null && sight.groups.includes(site.group);
}

/** Nobody but the operator sees everything, and may do what concerns all sites. */
export function seesEverything(sight: Sight): boolean {
  return sight.siteIds === null && sight.account === null && sight.groups === null;
}
