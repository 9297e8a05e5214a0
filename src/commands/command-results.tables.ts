import type { ColumnType } from 'kysely';

export interface CommandResultsTable {
  actor: string;
  key: string;
  fingerprint: Buffer;
  /** Public id of the site that the answer is about. */
  site: string | null;
  result: ColumnType<unknown, string | null, string | null>;
  created_at: Date;
}

declare module '../platform/database.ts' {
  interface Tables {
    command_results: CommandResultsTable;
  }
}
