import type { Agent } from './v1/agent/interpret-agent.ts';
import type { RawSource, Source } from './v1/source/interpret-source.ts';

/**
 * A version of what hits are taken to mean. The log keeps what was said; this says what it counts as, so that a better
 * rule is replayed over the old hits. A version never changes once it served somewhere: a change of what it answers, a
 * new name in a table included, is the next version, in a folder of its own, and stays until no generation uses it.
 * Pure: any text, never an error, and the same answer whenever it is asked.
 */
export interface RuleSet {
  readonly version: number;
  /** A gap this long or longer ends a visit. Milliseconds. */
  readonly visitGapMs: number;
  /** A page view's time is at most this, so that a tab left open does not decide a mean. Milliseconds. */
  readonly longestViewMs: number;
  /** Hosts whose visits are referrer spam, before the operator's own. */
  readonly spamHosts: readonly string[];
  interpretAgent(userAgent: string): Agent;
  interpretSource(raw: RawSource): Source;
  /** The page that a logged path counts as. None: each path is a page. */
  readonly pageOf?: (pathname: string) => string;
}
