import type { SiteSettingsDto } from './site-settings.dto.ts';
import type { SiteDto } from './site.dto.ts';

/** A site as it was read, or as a command answered it. */
export type SiteFields = Omit<SiteDto, 'created_at'> & { readonly created_at: Date | string };

export interface SiteSettings extends SiteFields {
  readonly excluded_ips: readonly string[];
  readonly excluded_paths: readonly string[];
  readonly query_keys: readonly string[];
  readonly respect_gpc: boolean;
  readonly aliases: readonly string[];
  /** Of the site's stream. */
  readonly version: number;
}

export function toDto(site: SiteFields): SiteDto {
  return {
    id: site.id,
    domain: site.domain,
    name: site.name,
    public: site.public,
    folder_id: site.folder_id,
    timezone: site.timezone,
    created_at: new Date(site.created_at).toISOString(),
    visitors_24h: site.visitors_24h,
  };
}

/** Excluded addresses are those of people: who only reads figures does not see them. */
export function toSettingsDto(site: SiteSettings, mayWrite: boolean): SiteSettingsDto {
  return {
    ...toDto(site),
    ...(mayWrite && { excluded_ips: site.excluded_ips }),
    excluded_paths: site.excluded_paths,
    query_keys: site.query_keys,
    respect_gpc: site.respect_gpc,
    // An answer from before there were any may be replayed by its `Idempotency-Key`.
    aliases: site.aliases ?? [],
  };
}
