import type { RuleSet } from '../domain/rules/rule-set.ts';
import { rulesWith, type Rules } from './facts/rules.ts';
import type { View } from './views/view.ts';

/**
 * What this code can fold: every version of every view, and of the rules, that a database may still hold. Of each the
 * newest is what a rebuild makes.
 */
export interface Catalog {
  readonly views: readonly View[];
  readonly ruleSets: readonly RuleSet[];
}

/** The newest version of each view, in the order in which they are listed. */
export function newestViews({ views }: Catalog): View[] {
  const newest = new Map<string, View>();
  for (const view of views) {
    const other = newest.get(view.name);
    if (other === undefined || other.version < view.version) newest.set(view.name, view);
  }
  return [...newest.values()];
}

export function newestRules({ ruleSets }: Catalog): RuleSet {
  const newest = [...ruleSets].sort((a, b) => a.version - b.version).at(-1);
  if (newest === undefined) throw new Error('a catalog without rules');
  return newest;
}

export function viewOf({ views }: Catalog, name: string, version: number): View | undefined {
  return views.find((view) => view.name === name && view.version === version);
}

const bound = new WeakMap<RuleSet, Map<string, Rules>>();

/** The rules of a generation; undefined where this code does not have that version. They are bound once. */
export function rulesOf(
  { ruleSets }: Catalog,
  made: { readonly rules_version: number; readonly spam_hosts: readonly string[] | null },
): Rules | undefined {
  const set = ruleSets.find(({ version }) => version === made.rules_version);
  if (set === undefined) return undefined;
  const bySpam = bound.get(set) ?? new Map<string, Rules>();
  bound.set(set, bySpam);
  const hosts = made.spam_hosts ?? [];
  const key = hosts.join(' ');
  const rules = bySpam.get(key) ?? rulesWith(set, hosts);
  bySpam.set(key, rules);
  return rules;
}
