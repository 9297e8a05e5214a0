import type { Db } from '../../platform/database.ts';
import type { VitalsFigures } from '../../projections/views/vitals/v1/vitals.read.ts';
import { vitalsReads } from '../../projections/views/vitals/vitals.read.ts';
import { versionOf } from '../../projections/views/versions.read.ts';
import { metaOf, type Meta } from '../meta.ts';
import { periodOfSite, publishedPeriod, type PublishedPeriod } from '../period-of-site.ts';
import { inSnapshot } from '../snapshot.ts';

/** The 75th percentile of each metric over page views, by nearest rank; null: no view told it. */
export interface VitalsEntry {
  /** Milliseconds. Like the others, it is within half a percent from three digits on. */
  readonly lcp: number | null;
  /** Milliseconds. */
  readonly inp: number | null;
  /** A score without a unit. */
  readonly cls: number | null;
  /** Page views that told the metric which most of them told. */
  readonly views: number;
}

export interface PageVitalsEntry extends VitalsEntry {
  readonly pathname: string;
}

export interface VitalsAnswer {
  readonly site_id: string;
  readonly period: PublishedPeriod;
  /** Over all pages, those below the limit too. */
  readonly summary: VitalsEntry;
  /** Views descending, then pathname. */
  readonly vitals: PageVitalsEntry[];
  readonly meta: Meta;
}

export interface VitalsQuestion {
  readonly siteId: string;
  readonly period: string;
  readonly limit: number;
}

export function getVitals(db: Db, q: VitalsQuestion, now: number): Promise<VitalsAnswer> {
  return inSnapshot(db, q.siteId, ['vitals'], async ({ tx, site, serving }) => {
    const period = periodOfSite(q.period, site, now);
    const { from, to } = period;
    const asked = { siteId: site.site_id, from, to, limit: q.limit };
    const { summary, pages } = await versionOf('vitals', vitalsReads, serving).readVitals(tx, serving.names, asked);
    return {
      site_id: site.id,
      period: publishedPeriod(period, site),
      summary: entryOf(summary),
      vitals: pages.map((page) => ({ pathname: page.pathname, ...entryOf(page) })),
      meta: metaOf(serving, period),
    };
  });
}

const entryOf = ({ lcp, inp, cls, views }: VitalsFigures): VitalsEntry => ({ lcp, inp, cls, views });
