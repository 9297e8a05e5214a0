import type { RuleSet } from './rule-set.ts';
import { rulesV1 } from './v1/rules.ts';

/** Every version of the rules that a generation may have been made by, the newest last. */
export const RULE_SETS: readonly RuleSet[] = [rulesV1];
