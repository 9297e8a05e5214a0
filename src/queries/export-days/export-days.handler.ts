import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { QUERY_CLOCK, READER } from '../tokens.ts';
import { ExportDays } from './export-days.query.ts';
import { exportDays, type DaysExport } from './export-days.ts';

@QueryHandler(ExportDays)
export class ExportDaysHandler implements IQueryHandler<ExportDays> {
  constructor(
    @Inject(READER) private readonly reader: Database,
    @Inject(QUERY_CLOCK) private readonly clock: Clock,
  ) {}

  execute(query: ExportDays): Promise<DaysExport> {
    return exportDays(this.reader.db, query, this.clock());
  }
}
