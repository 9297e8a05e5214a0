import type { Db } from '../../platform/database.ts';
import { liveReads } from '../../projections/views/live/live.read.ts';
import { versionOf } from '../../projections/views/versions.read.ts';
import { freshnessOf, type Freshness } from '../meta.ts';
import { inSnapshot } from '../snapshot.ts';

const WINDOW_SECONDS = 300;

export interface RealtimeAnswer {
  /** Distinct visitor ids with a hit in the window. */
  readonly visitors: number;
  readonly window_seconds: number;
  readonly meta: Freshness;
}

export function getRealtime(db: Db, q: { readonly siteId: string }, now: number): Promise<RealtimeAnswer> {
  return inSnapshot(db, q.siteId, ['live'], async ({ tx, site, serving }) => ({
    visitors: await versionOf('live', liveReads, serving).readLive(tx, serving.names, site.site_id, now, WINDOW_SECONDS),
    window_seconds: WINDOW_SECONDS,
    meta: freshnessOf(serving),
  }));
}
