import type { Db } from '../../platform/database.ts';
import { liveReads } from '../../projections/views/live/live.read.ts';
import { versionOf } from '../../projections/views/versions.read.ts';
import { inSnapshot } from '../snapshot.ts';

export interface BadgeAnswer {
  /** Distinct visitor ids: a person on both sides of midnight counts twice. */
  readonly visitors: number;
}

/** @throws NotFound for a site that is not public too, whoever asks: a badge is for everyone or nobody */
export function getBadge(db: Db, q: { readonly siteId: string }, now: number): Promise<BadgeAnswer> {
  return inSnapshot(
    db,
    q.siteId,
    ['live'],
    async ({ tx, site, serving }) => {
      const visitors = await versionOf('live', liveReads, serving).readLastDay(tx, serving.names, [site.site_id], now);
      return { visitors: visitors.get(site.site_id) ?? 0 };
    },
    (site) => site.public,
  );
}
