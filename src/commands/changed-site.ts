import type { Selectable } from 'kysely';
import type { SitesTable } from '../models/sites/sites.tables.ts';

/** A site as the answer to a change shows it: plain JSON, since an `Idempotency-Key` replays it. */
export interface ChangedSite {
  readonly id: string;
  readonly domain: string;
  readonly name: string;
  readonly public: boolean;
  readonly folder_id: string | null;
  readonly timezone: string;
  readonly created_at: string;
  /** As it was handed in: the write side counts no visitors, but a replay has to give the same figure. */
  readonly visitors_24h: number | null;
  readonly excluded_ips: readonly string[];
  readonly excluded_paths: readonly string[];
  readonly query_keys: readonly string[];
  readonly respect_gpc: boolean;
  readonly aliases: readonly string[];
  /** Of the site's stream. */
  readonly version: number;
}

export function toChangedSite(row: Selectable<SitesTable>, visitors: number | null): ChangedSite {
  return {
    id: row.id,
    domain: row.domain,
    name: row.name,
    public: row.public,
    folder_id: row.folder_id,
    timezone: row.timezone,
    created_at: row.created_at.toISOString(),
    visitors_24h: visitors,
    excluded_ips: row.excluded_ips,
    excluded_paths: row.excluded_paths,
    query_keys: row.query_keys,
    respect_gpc: row.respect_gpc,
    aliases: row.aliases,
    version: row.version,
  };
}
