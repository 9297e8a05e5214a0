import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { QUERY_CLOCK, READER } from '../tokens.ts';
import { ExportBreakdown } from './export-breakdown.query.ts';
import { createBreakdownExports, type BreakdownExport } from './export-breakdown.ts';

@QueryHandler(ExportBreakdown)
export class ExportBreakdownHandler implements IQueryHandler<ExportBreakdown> {
  private readonly exports: ReturnType<typeof createBreakdownExports>;

  constructor(
    @Inject(READER) reader: Database,
    @Inject(QUERY_CLOCK) private readonly clock: Clock,
  ) {
    this.exports = createBreakdownExports(reader.db);
  }

  execute(query: ExportBreakdown): Promise<BreakdownExport> {
    return this.exports(query, this.clock());
  }
}
