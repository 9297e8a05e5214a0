import type { ColumnType, Generated } from 'kysely';

export interface SitesTable {
  /** The narrow key of the hits. */
  site_id: number;
  id: string;
  /** Canonical host, see `validateDomain`. */
  domain: string;
  name: string;
  public: boolean;
  folder_id: string | null;
  /** Whose it is in managed mode; null: the operator's own. */
  account: string | null;
  timezone: string;
  excluded_ips: Generated<string[]>;
  excluded_paths: Generated<string[]>;
  query_keys: Generated<string[]>;
  respect_gpc: Generated<boolean>;
  created_at: ColumnType<Date, Date | string, never>;
  /** Of the stream `site:<id>`. */
  version: number;
}

declare module '../../platform/database.ts' {
  interface Tables {
    sites: SitesTable;
  }
}
