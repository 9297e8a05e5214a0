/**
 * What operators decided about projections, and about hits that could not be folded. Streams: `projection:<name>`,
 * `parked`, `log`.
 */
export type ProjectionEvent =
  | {
      readonly type: 'ProjectionSwitched';
      readonly schemaVersion: 1;
      readonly data: {
        /** Of a view, or `all`: facts and every view upon them. */
        readonly name: string;
        readonly generation: number;
        /** What served before, and is kept; null: nothing did, as of a view that is new. */
        readonly previous: number | null;
        /** `rebuild`: it was verified equal. `promote`: though it differs, with a reason. `rollback`: back again. */
        readonly by: 'rebuild' | 'promote' | 'rollback';
        readonly reason: string | null;
        /** Rows that differed when it was verified; null: it was not. */
        readonly differences: number | null;
        /** Generations that had been kept until then. */
        readonly dropped: readonly number[];
      };
    }
  | {
      readonly type: 'ProjectionDiscarded';
      readonly schemaVersion: 1;
      readonly data: { readonly name: string; readonly generation: number; readonly state: string };
    }
  | {
      /** A parked hit that counts nowhere from now on, in rebuilds either. Its error, which may quote it, is private. */
      readonly type: 'HitDiscarded';
      readonly schemaVersion: 1;
      readonly data: { readonly position: string };
    }
  | {
      /** Hits at positions before `before` are no more in the log: what is kept of them are the figures. */
      readonly type: 'LogTrimmed';
      readonly schemaVersion: 1;
      readonly data: { readonly before: string; readonly hits: string };
    };
