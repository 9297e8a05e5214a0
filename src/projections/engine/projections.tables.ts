import type { ColumnType, Generated } from 'kysely';

type Bigint = ColumnType<string, string | bigint | number, string | bigint | number>;

/**
 * - `building`: made in bulk, and not folded yet
 * - `ready`: folded by the workers, read by nobody
 * - `serving`: what queries read
 * - `previous`: what served before; folded on, for a rollback
 */
export type GenerationState = 'building' | 'ready' | 'serving' | 'previous';

export interface ProjectionTable {
  generation: number;
  state: GenerationState;
  rules_version: number;
  /** The operator's own spam referrers when it was made. Null: made before they were kept. */
  spam_hosts: string[] | null;
  position: Bigint;
  /** Which columns its facts have: `FACTS_VERSION` of the code that made them, or brought them up to date. */
  facts_version: Generated<number>;
  /** Up to where what came with `facts_version` is filled in. Null: nothing has to be. */
  facts_filled: ColumnType<string | null, string | bigint | null | undefined, string | bigint | null>;
  /** When the worker last stood at the head of the log. */
  caught_up_at: Date | null;
  /** The process that folds it. Others stand by until `leased_until`. */
  leased_by: string | null;
  leased_until: Date | null;
  created_at: Generated<Date>;
  /** When it began to serve, or ended. */
  switched_at: Date | null;
}

export interface ProjectionViewTable {
  /** Of its schema: that of its facts where both were built together, else one of its own. */
  generation: number;
  view: string;
  version: number;
  /** The generation of facts that it follows: its checkpoint is this view's, too. */
  facts: number;
  state: GenerationState;
  created_at: Generated<Date>;
  switched_at: Date | null;
}

export interface ProjectionParkedTable {
  /** Of facts. */
  generation: number;
  position: Bigint;
  error: string;
  parked_at: Date;
}

export interface ProjectionSuspendedTable {
  /** Of the view. */
  generation: number;
  view: string;
  error: string;
  suspended_at: Date;
}

declare module '../../platform/database.ts' {
  interface Tables {
    projections: ProjectionTable;
    projection_views: ProjectionViewTable;
    projection_parked: ProjectionParkedTable;
    projection_suspended: ProjectionSuspendedTable;
  }
}
