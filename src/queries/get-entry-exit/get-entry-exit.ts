import type { Db } from '../../platform/database.ts';
import { breakdownReads } from '../../projections/views/breakdown/breakdown.read.ts';
import { versionOf } from '../../projections/views/versions.read.ts';
import { metaOf, type Meta } from '../meta.ts';
import { periodOfSite } from '../period-of-site.ts';
import { shareOf } from '../rates.ts';
import { inSnapshot } from '../snapshot.ts';

export interface EntryPage {
  readonly pathname: string;
  readonly visitors: number;
  readonly visits: number;
  readonly bounce_rate: number | null;
}

export interface ExitPage {
  readonly pathname: string;
  readonly visitors: number;
  readonly visits: number;
  /** Exits ÷ visits with a view of the page. */
  readonly exit_rate: number | null;
}

/** Visits without a page view are in neither list. */
export interface EntryExitAnswer {
  readonly entry: EntryPage[];
  readonly exit: ExitPage[];
  readonly meta: Meta;
}

export interface EntryExitQuestion {
  readonly siteId: string;
  readonly period: string;
  readonly limit: number;
}

export function getEntryExit(db: Db, q: EntryExitQuestion, now: number): Promise<EntryExitAnswer> {
  return inSnapshot(db, q.siteId, ['pages'], async ({ tx, site, serving }) => {
    const period = periodOfSite(q.period, site, now);
    const pages = { siteId: site.site_id, from: period.from, to: period.to, limit: q.limit };
    const entries = await versionOf('breakdown', breakdownReads, serving).readEntries(tx, serving.names, pages);
    const exits = await versionOf('breakdown', breakdownReads, serving).readExits(tx, serving.names, pages);
    return {
      entry: entries.map(({ pathname, visitors, visits, bounces }) => ({
        pathname,
        visitors,
        visits,
        bounce_rate: shareOf(bounces, visits),
      })),
      exit: exits.map(({ pathname, visitors, visits, visitsWith }) => ({
        pathname,
        visitors,
        visits,
        exit_rate: shareOf(visits, visitsWith),
      })),
      meta: metaOf(serving, period),
    };
  });
}
