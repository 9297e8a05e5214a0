/**
 * Why a hit that was answered 202 does not count. Closed: it is the value of `X-Antics-Dropped`, of `drop_counts` and
 * of a metric's label.
 */
export const DROP_REASONS = {
  bot: { logged: true, decidedBy: 'the rules of the fold, or the verdict column where headers gave it away' },
  spam_referrer: { logged: true, decidedBy: 'the rules of the fold' },
  excluded_path: { logged: true, decidedBy: 'the rules of the fold' },
  prefetch: { logged: true, decidedBy: 'the verdict column' },
  excluded_ip: { logged: false, decidedBy: 'the edge, for ever: counted per site and day' },
  gpc: { logged: false, decidedBy: 'the edge, for ever: counted per site and day' },
  unknown_site: { logged: false, decidedBy: 'the edge: there is no site to log it for' },
  too_old: { logged: false, decidedBy: 'the edge: its day’s salt is gone. Only what brings a time of its own can be' },
} as const satisfies Record<string, { logged: boolean; decidedBy: string }>;

export type DropReason = keyof typeof DROP_REASONS;

/** In the log, so that better rules can bring it back. */
export type LoggedReason = {
  [R in DropReason]: (typeof DROP_REASONS)[R]['logged'] extends true ? R : never;
}[DropReason];

/** Not in the log, but counted for the site's owner. */
export type CountedReason = Exclude<DropReason, LoggedReason | 'unknown_site' | 'too_old'>;
