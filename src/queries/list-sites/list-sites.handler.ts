import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Sight } from '../../domain/sight.ts';
import { isUuid } from '../../domain/uuid.ts';
import { readSites } from '../../models/sites/site.read.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { readServing } from '../../projections/engine/status.read.ts';
import { READABLE } from '../../projections/readable.read.ts';
import { liveReads } from '../../projections/views/live/live.read.ts';
import { versionOf } from '../../projections/views/versions.read.ts';
import { QUERY_CLOCK, READER } from '../tokens.ts';
import { ListSites, type ListedSite } from './list-sites.query.ts';

@QueryHandler(ListSites)
export class ListSitesHandler implements IQueryHandler<ListSites> {
  constructor(
    @Inject(READER) private readonly reader: Database,
    @Inject(QUERY_CLOCK) private readonly clock: Clock,
  ) {}

  execute({ sight }: ListSites): Promise<readonly ListedSite[]> {
    // One snapshot: the tables of a generation must not be dropped between the two reads.
    return this.reader.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (tx) => {
        const rows = await readSites(tx, readable(sight));
        const siteIds = rows.map((row) => row.site_id);
        const visitors = await this.visitorsOfLastDay(tx, siteIds);
        return rows.map((row) => ({
          id: row.id,
          domain: row.domain,
          name: row.name,
          public: row.public,
          folder_id: row.folder_id,
          timezone: row.timezone,
          created_at: row.created_at,
          visitors_24h: visitors === null ? null : (visitors.get(row.site_id) ?? 0),
          excluded_ips: row.excluded_ips,
          excluded_paths: row.excluded_paths,
          query_keys: row.query_keys,
          respect_gpc: row.respect_gpc,
          aliases: row.aliases,
          version: row.version,
        }));
      });
  }

  /** Null while no projection serves: the list of sites is of use without. */
  private async visitorsOfLastDay(tx: Tx, siteIds: readonly number[]): Promise<Map<number, number> | null> {
    const serving = await readServing(tx, READABLE);
    if (serving === null || serving.suspended.includes('live')) return null;
    return versionOf('live', liveReads, serving).readLastDay(tx, serving.names, siteIds, this.clock());
  }
}

function readable(sight: Sight): Sight {
  return { ...sight, siteIds: sight.siteIds?.filter(isUuid) ?? null };
}
