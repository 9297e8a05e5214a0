import type { Db } from '../../platform/database.ts';
import type { RecountedView } from './report.ts';

export type { RecountedView, RecountExample, RecountOfView, RecountReport } from './report.ts';
export { RECOUNTED_VIEWS } from './report.ts';

export interface RecountOptions {
  /** One connection as owner. Temporary tables are made in it, and dropped again. */
  db: Db;
  view: RecountedView | 'all';
  /** Default: every site. */
  siteId?: number;
  /** Local days (`YYYY-MM-DD`), both included. Default: all. */
  from?: string;
  to?: string;
  onProgress?(progress: RecountProgress): void;
}

export interface RecountProgress {
  /** Hits of the log counted so far, and in all. */
  hits: number;
  of: number;
}
