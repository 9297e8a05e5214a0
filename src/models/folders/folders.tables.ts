import type { ColumnType } from 'kysely';

export interface FoldersTable {
  id: string;
  name: string;
  /** Whose members see the folder's sites. Case-sensitive. */
  authelia_group: string | null;
  /** Whose it is in managed mode; null: the operator's own. */
  account: string | null;
  created_at: ColumnType<Date, Date | string, never>;
  /** Of the stream `folder:<id>`. */
  version: number;
}

declare module '../../platform/database.ts' {
  interface Tables {
    folders: FoldersTable;
  }
}
