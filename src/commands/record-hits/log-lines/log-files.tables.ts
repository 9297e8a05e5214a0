import type { ColumnType, GeneratedAlways } from 'kysely';

type Bigint = ColumnType<string, string | number | undefined, string | number>;

export interface LogFilesTable {
  file_id: GeneratedAlways<number>;
  first_line: Buffer;
  head: Buffer;
  head_bytes: number;
  position: Bigint;
  tail: Buffer;
  lines: Bigint;
  hits: Bigint;
  left_out: Bigint;
  excluded: Bigint;
  rules: number;
  path: string;
  site_id: number | null;
  read_at: ColumnType<Date, Date | undefined, Date>;
}

declare module '../../../platform/database.ts' {
  interface Tables {
    log_files: LogFilesTable;
  }
}
