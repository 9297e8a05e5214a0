/** What a verification says. Positions, segments and counts are numbers: they stay below 2^53. */
export interface Verification {
  /** Everything sealed is as it was sealed, and the pinned head is in the chain. */
  readonly intact: boolean;
  /** How many there are. */
  readonly segments: number;
  /** The last one; 0: nothing is sealed. */
  readonly segment: number;
  /** The last position that is sealed; 0: nothing is. */
  readonly position: number;
  /** Of the last segment; null: nothing is sealed. */
  readonly hash: string | null;
  /** Rows that were hashed again. */
  readonly hits: number;
  readonly events: number;
  /** Null: none was given. */
  readonly head: PinnedHead | null;
  readonly problems: readonly Problem[];
  /** Blank rows, by the deleted site that they were of. */
  readonly erased: readonly ErasedRows[];
  /** Null: the log is whole. */
  readonly trimmed: TrimmedRows | null;
  /** The log can be replayed from here on. */
  readonly replayable_since: number;
  /** What came after the last segment, and is not checked. */
  readonly unsealed: { readonly positions: number; readonly seconds: number };
}

export interface PinnedHead {
  readonly hash: string;
  readonly found: boolean;
  /** Null: not found. */
  readonly segment: number | null;
  readonly position: number | null;
}

/**
 * `chain`: segments are missing, were changed or do not follow one another. `hits`, `events`, `private`: rows within a
 * segment. `before`: rows at positions that the log never gives. `head`: the pinned head is not in the chain.
 */
export type ProblemKind = 'chain' | 'hits' | 'events' | 'private' | 'before' | 'head';

export interface Problem {
  readonly kind: ProblemKind;
  readonly segment: number | null;
  readonly first_position: number | null;
  readonly last_position: number | null;
  readonly site: KnownSite | null;
  readonly message: string;
}

/** Public id and domain are null where the log does not say them any more. */
export interface KnownSite {
  readonly site_id: number;
  readonly id: string | null;
  readonly domain: string | null;
}

export interface ErasedRows extends KnownSite {
  readonly rows: number;
  /** Of `SiteErased`; null: the erasure is under way. */
  readonly position: number | null;
}

export interface TrimmedRows {
  /** Hits at positions before this one are gone. */
  readonly before: number;
  /** Of `LogTrimmed`. */
  readonly position: number;
  /** Segments whose hits are gone, and how many hits these were. */
  readonly segments: number;
  readonly hits: number;
}

/** A segment as the chain says it. */
export interface Segment {
  readonly segment: number;
  readonly first: number;
  readonly last: number;
  readonly hits: number;
  readonly events: number;
  /** How many of the hits belonged to a site; the others were blank when they were sealed. */
  readonly siteHits: number;
  readonly hash: string;
  readonly previous: string;
  /** Its row, and those that belong to it, have the hash that it says. */
  readonly isAsHashed: boolean;
}

export function problemIn(kind: ProblemKind, segment: Segment, message: string, siteId?: number): RawProblem {
  const { first, last } = segment;
  return { kind, segment: segment.segment, first_position: first, last_position: last, siteId: siteId ?? null, message };
}

/** A problem before its site is looked up. */
export interface RawProblem extends Omit<Problem, 'site'> {
  readonly siteId: number | null;
}
