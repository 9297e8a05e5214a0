import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { isUuid } from '../../domain/uuid.ts';
import { readSite } from '../../models/sites/site.read.ts';
import type { Database } from '../../platform/database.ts';
import { READER } from '../tokens.ts';
import { GetSite, type Site } from './get-site.query.ts';

@QueryHandler(GetSite)
export class GetSiteHandler implements IQueryHandler<GetSite> {
  constructor(@Inject(READER) private readonly database: Database) {}

  async execute({ id }: GetSite): Promise<Site | null> {
    if (!isUuid(id)) return null;
    const row = await readSite(this.database.db, id);
    if (row === undefined) return null;
    return {
      id: row.id,
      siteId: row.site_id,
      domain: row.domain,
      name: row.name,
      public: row.public,
      folderId: row.folder_id,
      group: row.group,
      account: row.account,
      timezone: row.timezone,
      createdAt: row.created_at,
      version: row.version,
    };
  }
}
