/** Why a logged hit does not count although no rule of the fold says so: decided from headers that are not kept. */
export const VERDICT = { prefetch: 1, botByHeader: 2 } as const;
export type Verdict = (typeof VERDICT)[keyof typeof VERDICT];

/** The reserved name of a report on the page left; see `LogHitTable.name`. */
export const ENGAGEMENT = 'engagement';

/** By which way a hit came, where it was no client's request. */
export const VIA = { logFile: 1, batch: 2 } as const;
export type Via = (typeof VIA)[keyof typeof VIA];

/** A hit as it is appended: what cannot be recomputed, cleaned, and nothing else. */
export interface NewHit {
  siteId: number;
  /** Signed 64-bit. */
  visitor: bigint;
  /** Milliseconds since the epoch: now for a live hit, the past for an imported or simulated one. */
  occurredAt: number;
  /** Local day (`YYYY-MM-DD`) and hour (0..23) in the site's time zone at `occurredAt`. */
  day: string;
  hour: number;
  agentId: number;
  /** As shown: unicode, `www.` cut. */
  hostname: string;
  pathname: string;
  query: string | null;
  clickId: string | null;
  referrer: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  width: number | null;
  /** `t` of the wire, in milliseconds. */
  durationMs: number | null;
  scroll: number | null;
  verdict: Verdict | null;
  /** null: page view. */
  name: string | null;
  /** JSON text of an object of strings. */
  props: string | null;
  /** JSON text of `{lcp, inp, cls}`. */
  vitals: string | null;
  /** false: an event that happened by itself; null: as any other. */
  interactive: false | null;
  /** JSON text of `{amount, currency}`. */
  revenue: string | null;
  /** null: sent by a client. */
  via: Via | null;
}
