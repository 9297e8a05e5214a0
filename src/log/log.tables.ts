import type { ColumnType, Generated } from 'kysely';

/** Positions are 64-bit: pg hands them over as text. */
type Bigint = ColumnType<string, string | bigint | number, string | bigint | number>;

export interface LogHitTable {
  position: Bigint;
  recorded_at: Date;
  occurred_at: Date;
  visitor: Bigint;
  site_id: number;
  agent_id: number;
  day: string;
  width: number | null;
  duration_ms: number | null;
  hour: number;
  scroll: number | null;
  verdict: number | null;
  country: string | null;
  hostname: string;
  pathname: string;
  query: string | null;
  click_id: string | null;
  referrer: string | null;
  name: string | null;
  props: unknown;
  vitals: unknown;
  interactive: boolean | null;
  revenue: unknown;
  via: number | null;
}

export interface LogEventTable {
  position: Bigint;
  recorded_at: Date;
  stream: string;
  version: number;
  type: string;
  schema_version: number;
  actor: string;
  actor_kind: string;
  command_id: string;
  causation: Bigint | null;
  data: unknown;
  private: unknown;
  /** Null: the system noted a fact. */
  command: string | null;
  /** Public id of the site that it is about. */
  site: string | null;
  before: unknown;
  after: unknown;
}

export interface AgentTable {
  agent_id: Generated<number>;
  user_agent: string;
  first_seen: Generated<string>;
}

export interface SaltTable {
  site_id: number;
  day: string;
  salt: Buffer;
  expires_at: Date;
}

export interface LogBatchTable {
  batch_id: string;
  first_position: Bigint | null;
  last_position: Bigint | null;
  rejected: number[];
  recorded_at: Date;
}

export interface LogEpochTable {
  system_identifier: string;
  timeline_id: number;
  first_position: Bigint;
  opened_at: Date;
}

declare module '../platform/database.ts' {
  interface Tables {
    log_hits: LogHitTable;
    log_events: LogEventTable;
    log_batches: LogBatchTable;
    log_epochs: LogEpochTable;
    agents: AgentTable;
    salts: SaltTable;
  }
}
