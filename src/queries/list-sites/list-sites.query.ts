import { Query } from '@nestjs/cqrs';
import type { Sight } from '../../domain/sight.ts';

export interface ListedSite {
  readonly id: string;
  readonly domain: string;
  readonly name: string;
  readonly public: boolean;
  readonly folder_id: string | null;
  readonly timezone: string;
  readonly created_at: Date;
  /** Distinct visitor ids of the last 24 hours; null while that figure cannot be had. */
  readonly visitors_24h: number | null;
  readonly excluded_ips: readonly string[];
  readonly excluded_paths: readonly string[];
  readonly query_keys: readonly string[];
  readonly respect_gpc: boolean;
  readonly aliases: readonly string[];
  readonly version: number;
}

/** Sites with their visitors of the last 24 hours, by domain. */
export class ListSites extends Query<readonly ListedSite[]> {
  /** @param sight whose sites; what is no UUID in its list is no site */
  constructor(readonly sight: Sight) {
    super();
  }
}
