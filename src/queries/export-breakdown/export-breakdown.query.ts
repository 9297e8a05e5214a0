import { Query } from '@nestjs/cqrs';
import type { Metric } from '../breakdown-entry.ts';
import type { BreakdownExport } from './export-breakdown.ts';

export type { BreakdownExport } from './export-breakdown.ts';

/** All rows of a metric in a period. Whoever asks must read the rows to their end or give the iteration up. */
export class ExportBreakdown extends Query<BreakdownExport> {
  constructor(
    readonly siteId: string,
    readonly period: string,
    readonly metric: Metric,
  ) {
    super();
  }
}
