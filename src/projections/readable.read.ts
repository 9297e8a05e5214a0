import { breakdownReads } from './views/breakdown/breakdown.read.ts';
import { liveReads } from './views/live/live.read.ts';
import { pagesReads } from './views/pages/pages.read.ts';
import { pathsReads } from './views/paths/paths.read.ts';
import { summaryReads } from './views/summary/summary.read.ts';
import { vitalsReads } from './views/vitals/vitals.read.ts';
import type { Readable } from './engine/status.read.ts';
import { versionsIn } from './views/versions.read.ts';

/** What this code can read: of a view that it cannot, it goes on with the version that served before. */
export const READABLE: Readable = {
  summary: versionsIn(summaryReads),
  pages: versionsIn(pagesReads),
  breakdown: versionsIn(breakdownReads),
  paths: versionsIn(pathsReads),
  live: versionsIn(liveReads),
  vitals: versionsIn(vitalsReads),
};
