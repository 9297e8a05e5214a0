import { breakdownReads } from './views/breakdown/breakdown.read.ts';
import { liveReads } from './views/live/live.read.ts';
import { pathsReads } from './views/paths/paths.read.ts';
import { summaryReads } from './views/summary/summary.read.ts';
import type { Readable } from './engine/status.read.ts';
import { versionsIn } from './views/versions.read.ts';

/** What this code can read: of a view that it cannot, it goes on with the version that served before. */
export const READABLE: Readable = {
  summary: versionsIn(summaryReads),
  // Pages are read with the breakdown: entry, exit and path are metrics of it.
  pages: [1],
  breakdown: versionsIn(breakdownReads),
  paths: versionsIn(pathsReads),
  live: versionsIn(liveReads),
};
