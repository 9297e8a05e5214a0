import type { ColumnType, Generated } from 'kysely';

type Bigint = ColumnType<string, string | bigint | number, string | bigint | number>;
type MaybeBigint = ColumnType<string | null, string | bigint | number | null, string | bigint | number | null>;

/**
 * - `running`: somebody works on it, or will
 * - `switched`: it serves, or did
 * - `different`: it is built and follows the log, and is not what serves; an operator decides
 * - `failed`: see `error`; what was built is gone
 * - `discarded`: an operator, or another rebuild, did away with it
 */
export type RebuildState = 'running' | 'switched' | 'different' | 'failed' | 'discarded';

/** In this order. Those between `start` and `catch-up` have chunks; a rebuild that has none of one passes it over. */
export const PHASES = ['start', 'copy', 'log', 'index', 'days', 'last', 'catch-up', 'verify', 'end'] as const;
export type Phase = (typeof PHASES)[number];

export interface RebuildTable {
  rebuild_id: Generated<number>;
  /** `all`, or a view's. */
  name: string;
  site_id: number | null;
  state: Generated<RebuildState>;
  phase: Generated<Phase>;
  generation: number | null;
  facts: number | null;
  target: MaybeBigint;
  total: ColumnType<string, never, string | bigint | number>;
  actor: string;
  actor_kind: string;
  requested_at: Generated<Date>;
  started_at: Date | null;
  built_at: Date | null;
  ended_at: Date | null;
  verified_by: string | null;
  verified_until: Date | null;
  differences: MaybeBigint;
  /** A `Comparison` of `compare/comparison.ts`. */
  comparison: unknown;
  error: string | null;
}

export interface ChunkTable {
  rebuild_id: number;
  phase: Phase;
  chunk: number;
  /** Of the log: after the first, up to and with the second. */
  from_position: MaybeBigint;
  to_position: MaybeBigint;
  site_id: number | null;
  month: string | null;
  from_day: string | null;
  to_day: string | null;
  copied: Generated<boolean>;
  hits: Bigint;
  done_at: Date | null;
}

declare module '../../platform/database.ts' {
  interface Tables {
    projection_rebuilds: RebuildTable;
    projection_chunks: ChunkTable;
  }
}
