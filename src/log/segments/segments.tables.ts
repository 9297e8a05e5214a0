import type { ColumnType } from 'kysely';
import '../log.tables.ts';

/** Written by `seal_segment` alone. Positions and counts arrive as text. */
type Sealed = ColumnType<string, never, never>;
type Digest = ColumnType<Buffer, never, never>;

export interface LogSegmentTable {
  segment: Sealed;
  /** How its rows were hashed. */
  format: ColumnType<number, never, never>;
  first_position: Sealed;
  last_position: Sealed;
  closed_at: ColumnType<Date, never, never>;
  hits: Sealed;
  events: Sealed;
  stamps: Digest;
  event_digest: Digest;
  previous: Digest;
  hash: Digest;
}

declare module '../../platform/database.ts' {
  interface Tables {
    log_segments: LogSegmentTable;
  }
}
