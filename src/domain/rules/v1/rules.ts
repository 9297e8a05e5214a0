import type { RuleSet } from '../rule-set.ts';
import { interpretAgent } from './agent/interpret-agent.ts';
import { interpretSource } from './source/interpret-source.ts';
import { defaultSpamHosts } from './spam/spam-hosts.ts';

export const rulesV1: RuleSet = {
  version: 1,
  visitGapMs: 1_800_000,
  longestViewMs: 1_800_000,
  spamHosts: defaultSpamHosts,
  interpretAgent,
  interpretSource,
};
