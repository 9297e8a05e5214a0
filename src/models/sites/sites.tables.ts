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
  /** Names besides the domain and the id, see `canonicalAlias`. */
  aliases: Generated<string[]>;
  created_at: ColumnType<Date, Date | string, never>;
  /** Of the stream `site:<id>`. */
  version: number;
}

/** Each alias, once over all sites. */
export interface SiteAliasesTable {
  alias: string;
  /** Public id of its site. */
  id: string;
}

declare module '../../platform/database.ts' {
  interface Tables {
    sites: SitesTable;
    site_aliases: SiteAliasesTable;
  }
}
