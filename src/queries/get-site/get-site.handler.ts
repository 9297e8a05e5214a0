import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { readSite } from '../../models/sites/site.read.ts';
import type { Database } from '../../platform/database.ts';
import { READER } from '../tokens.ts';
import { GetSite, type Site } from './get-site.query.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

@QueryHandler(GetSite)
export class GetSiteHandler implements IQueryHandler<GetSite> {
  constructor(@Inject(READER) private readonly database: Database) {}

  async execute({ id }: GetSite): Promise<Site | null> {
    if (!UUID.test(id)) return null;
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
