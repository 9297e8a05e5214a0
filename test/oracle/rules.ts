import type { LogRow } from './log-row.ts';

/** What the oracle takes from the rules of interpretation: it recounts, and does not judge user agents itself. */
export interface Rules {
  /** False for verdicts of the edge, bots, spam referrers and excluded paths. */
  counts(row: LogRow): boolean;
  agent(row: LogRow): { browser: string | null; os: string | null; device: string | null };
  source(row: LogRow): Source;
  /** A gap this long or longer ends a visit. Default: that of the rules that ship. */
  readonly visitGapMs?: number;
}

export interface Source {
  source: string | null;
  channel: string | null;
  utmSource: string | null;
  utmMedium: string | null;
  utmCampaign: string | null;
  utmTerm: string | null;
  utmContent: string | null;
}
