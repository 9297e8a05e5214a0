import type { RuleSet } from '../../domain/rules/rule-set.ts';
import { spamMatcher } from '../../domain/rules/v1/spam/spam-hosts.ts';

/** A rule set as one generation applies it: with the spam hosts that its operator had added when it was made. */
export interface Rules extends RuleSet {
  isSpamHost(host: string): boolean;
}

export function rulesWith(set: RuleSet, operatorHosts: readonly string[]): Rules {
  return { ...set, isSpamHost: spamMatcher([...set.spamHosts, ...operatorHosts]) };
}
