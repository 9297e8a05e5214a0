import type { ColumnType, Generated } from 'kysely';

type Bigint = ColumnType<string, string | bigint | number, string | bigint | number>;

export interface ProjectionTable {
  generation: number;
  /** One is `serving`: what queries read. `building` ones are folded beside it; `retired` ones are kept for a while. */
  state: 'building' | 'serving' | 'retired';
  rules_version: number;
  /** `{name: version}` of the views in it. */
  views: ColumnType<Record<string, number>, string, string>;
  position: Bigint;
  /** When the worker last stood at the head of the log. */
  caught_up_at: Date | null;
  created_at: Generated<Date>;
}

export interface ProjectionParkedTable {
  generation: number;
  position: Bigint;
  error: string;
  parked_at: Date;
}

export interface ProjectionSuspendedTable {
  generation: number;
  view: string;
  error: string;
  suspended_at: Date;
}

declare module '../../platform/database.ts' {
  interface Tables {
    projections: ProjectionTable;
    projection_parked: ProjectionParkedTable;
    projection_suspended: ProjectionSuspendedTable;
  }
}
