import type { ColumnType, Generated } from 'kysely';
import type { AlertMetric, AlertOperator } from '../../domain/alert.ts';

type Time = ColumnType<Date, Date | string, Date | string>;
type MaybeTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;

export interface AlertsTable {
  id: string;
  /** Public id of the site. */
  site: string;
  metric: AlertMetric;
  operator: AlertOperator;
  threshold: number;
  email: string;
  window: '24h';
  created_at: ColumnType<Date, Date | string, never>;
  /** The check at which it started to hold; null: it does not. */
  firing_since: MaybeTime;
  /** Of the stream `alert:<id>`. */
  version: number;
  /** Whether the last check had figures to judge by. */
  evaluated: Generated<boolean>;
  last_checked_at: MaybeTime;
  last_mailed_at: MaybeTime;
}

/** What is owed for a change. */
export interface AlertMailsTable {
  id: string;
  alert: string;
  kind: 'started' | 'stopped';
  value: number | null;
  since: Time;
  changed_at: Time;
  attempts: Generated<number>;
  refusals: Generated<number>;
  claimed_until: MaybeTime;
  sent_at: MaybeTime;
  given_up_at: MaybeTime;
}

declare module '../../platform/database.ts' {
  interface Tables {
    alerts: AlertsTable;
    alert_mails: AlertMailsTable;
  }
}
