import { ExportBreakdownHandler } from './export-breakdown/export-breakdown.handler.ts';
import { ExportDaysHandler } from './export-days/export-days.handler.ts';
import { GetBadgeHandler } from './get-badge/get-badge.handler.ts';
import { GetEntryExitHandler } from './get-entry-exit/get-entry-exit.handler.ts';
import { GetPathsHandler } from './get-paths/get-paths.handler.ts';
import { GetReadinessHandler } from './get-readiness/get-readiness.handler.ts';
import { GetRealtimeHandler } from './get-realtime/get-realtime.handler.ts';
import { GetStatsHandler } from './get-stats/get-stats.handler.ts';
import { GetTimeseriesHandler } from './get-timeseries/get-timeseries.handler.ts';
import { GetVitalsHandler } from './get-vitals/get-vitals.handler.ts';

/** Every question about figures. They need `READER` and `QUERY_CLOCK`. */
export const FIGURES_HANDLERS = [
  GetStatsHandler,
  GetTimeseriesHandler,
  GetRealtimeHandler,
  GetPathsHandler,
  GetEntryExitHandler,
  GetVitalsHandler,
  ExportDaysHandler,
  ExportBreakdownHandler,
  GetBadgeHandler,
  GetReadinessHandler,
];
