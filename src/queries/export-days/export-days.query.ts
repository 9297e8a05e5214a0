import { Query } from '@nestjs/cqrs';
import type { DaysExport } from './export-days.ts';

export type { DayFigures, DaysExport } from './export-days.ts';

/** A row of figures for every day of a period. */
export class ExportDays extends Query<DaysExport> {
  constructor(
    readonly siteId: string,
    readonly period: string,
  ) {
    super();
  }
}
