import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { readAudit } from '../../models/audit/audit.read.ts';
import type { Database } from '../../platform/database.ts';
import { READER } from '../tokens.ts';
import { entryOf } from './audit-entry.ts';
import { GetAudit, type AuditPage } from './get-audit.query.ts';

@QueryHandler(GetAudit)
export class GetAuditHandler implements IQueryHandler<GetAudit> {
  constructor(@Inject(READER) private readonly reader: Database) {}

  async execute({ filter }: GetAudit): Promise<AuditPage> {
    const rows = await readAudit(this.reader.db, { ...filter, limit: filter.limit + 1 });
    const entries = rows.slice(0, filter.limit).map(entryOf);
    return { entries, next_after: rows.length > filter.limit ? (entries.at(-1)?.position ?? null) : null };
  }
}
