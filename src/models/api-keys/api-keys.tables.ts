import type { ColumnType } from 'kysely';

export interface ApiKeysTable {
  id: string;
  name: string;
  account: string | null;
  scopes: string[];
  /** Ids of the sites that it is limited to; null: all. */
  site_ids: string[] | null;
  /** SHA-256 of the key. */
  hash: Buffer;
  created_at: ColumnType<Date, Date | string, never>;
  expires_at: ColumnType<Date | null, Date | string | null, Date | string | null>;
  last_used_at: Date | null;
  /** Of the stream `key:<id>`. */
  version: number;
}

declare module '../../platform/database.ts' {
  interface Tables {
    api_keys: ApiKeysTable;
  }
}
