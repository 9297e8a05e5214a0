import type { Db } from '../../platform/database.ts';
import { pathsReads } from '../../projections/views/paths/paths.read.ts';
import { versionOf } from '../../projections/views/versions.read.ts';
import { metaOf, type Meta } from '../meta.ts';
import { periodOfSite } from '../period-of-site.ts';
import { inSnapshot } from '../snapshot.ts';

export interface PathEntry {
  /** The steps, joined by ` -> `. */
  readonly path: string;
  /** The pages of a visit in order, repeats collapsed, up to 5. */
  readonly steps: string[];
  readonly visits: number;
  readonly visitors: number;
}

export interface PathsAnswer {
  readonly paths: PathEntry[];
  readonly meta: Meta;
}

export interface PathsQuestion {
  readonly siteId: string;
  readonly period: string;
  readonly limit: number;
}

export function getPaths(db: Db, q: PathsQuestion, now: number): Promise<PathsAnswer> {
  return inSnapshot(db, q.siteId, ['paths'], async ({ tx, site, serving }) => {
    const period = periodOfSite(q.period, site, now);
    const { from, to } = period;
    const rows = await versionOf('paths', pathsReads, serving).readPaths(tx, serving.names, { siteId: site.site_id, from, to, limit: q.limit });
    const paths = rows.map(({ steps, visits, visitors }) => ({ path: steps.join(' -> '), steps, visits, visitors }));
    return { paths, meta: metaOf(serving, period) };
  });
}
