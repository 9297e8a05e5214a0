import '../../src/log/log.tables.ts';
import type { Db } from '../../src/platform/database.ts';

/** A hit as it stands in the log, in the words of the wire. */
export interface LoggedHit {
  /** null: page view. */
  readonly name: string | null;
  /** Path and what was kept of the query: `/pricing?utm_source=x`. */
  readonly page: string;
  readonly hostname: string;
  readonly referrer: string | null;
  readonly width: number | null;
  readonly seconds: number | null;
  readonly scroll: number | null;
  readonly vitals: { readonly lcp?: number; readonly inp?: number; readonly cls?: number } | null;
  readonly props: Readonly<Record<string, string>> | null;
  readonly interactive: boolean;
  readonly revenue: unknown;
  /** null: it counts. */
  readonly verdict: number | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly visitor: string;
}

/** All hits of a site, in the order of the log. */
export async function readHits(db: Db, siteId: string): Promise<LoggedHit[]> {
  const rows = await db
    .selectFrom('log_hits as h')
    .innerJoin('sites as s', 's.site_id', 'h.site_id')
    .selectAll('h')
    .where('s.id', '=', siteId)
    .orderBy('h.position')
    .execute();
  return rows.map((row) => ({
    name: row.name,
    page: row.pathname + (row.query ? `?${row.query}` : ''),
    hostname: row.hostname,
    referrer: row.referrer,
    width: row.width,
    seconds: row.duration_ms === null ? null : row.duration_ms / 1000,
    scroll: row.scroll,
    vitals: row.vitals as LoggedHit['vitals'],
    props: row.props as LoggedHit['props'],
    interactive: row.interactive !== false,
    revenue: row.revenue,
    verdict: row.verdict,
    at: row.occurred_at.getTime(),
    visitor: row.visitor,
  }));
}

/**
 * What a hit says, in a line; without what no two runs share (seconds, scroll, vitals):
 * `view /pricing ← /` (pages of the site itself without their host), `left /pricing`, `Bought /checkout {"plan":"pro"}`.
 */
export function lineOf(hit: LoggedHit, host: string): string {
  const what = hit.name === null ? 'view' : hit.name === 'engagement' ? 'left' : hit.name;
  const own = new RegExp(`^(https?://)?${host.replaceAll('.', '\\.')}(?=/|$)`);
  // A report is about its page, and where its visitor came from stands with the view.
  const from = hit.name === 'engagement' || hit.referrer === null ? '' : ` ← ${hit.referrer.replace(own, '') || '/'}`;
  const props = hit.props === null ? '' : ` ${JSON.stringify(hit.props)}`;
  return what + ' ' + hit.page + from + props + (hit.verdict === null ? '' : ` (verdict ${hit.verdict})`);
}
