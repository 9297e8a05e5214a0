import type { Db } from '../../platform/database.ts';
import { Unavailable } from '../../platform/errors.ts';
import { breakdownReads } from '../../projections/views/breakdown/breakdown.read.ts';
import type { BreakdownRow } from '../../projections/views/breakdown/v1/breakdown.read.ts';
import { pagesReads } from '../../projections/views/pages/pages.read.ts';
import { versionOf } from '../../projections/views/versions.read.ts';
import { breakdownEntry, viewOf, type Entry, type Metric } from '../breakdown-entry.ts';
import { periodOfSite } from '../period-of-site.ts';
import { inSnapshot } from '../snapshot.ts';
import { borrowConnection } from './borrow-connection.ts';
import { ALL_ROWS, fetchHeld, holdingRows, letGo } from './held-rows.ts';

export interface BreakdownExport {
  readonly domain: string;
  readonly metric: Metric;
  readonly from: string;
  readonly to: string;
  /** In the order of the stats, once. */
  readonly rows: AsyncIterable<Entry>;
  /** Gives the connection back that the rows come from. To be called at the end, however it ends. Never rejects. */
  close(): Promise<void>;
}

export interface BreakdownExportQuestion {
  readonly siteId: string;
  readonly period: string;
  readonly metric: Metric;
}

/** Each occupies a connection for as long as its client reads: not more of them than leave some for all the others. */
const MOST_AT_ONCE = 2;
const RETRY_AFTER_SECONDS = 10;
const ROWS_A_FETCH = 1_000;

/** The question, for all who ask it of one database. It throws Unavailable while others are exporting. */
export function createBreakdownExports(db: Db): (q: BreakdownExportQuestion, now: number) => Promise<BreakdownExport> {
  let running = 0;
  return async (q, now) => {
    if (running >= MOST_AT_ONCE) {
      throw new Unavailable('exports_busy', 'Other exports are running. Try again later.', RETRY_AFTER_SECONDS);
    }
    running += 1;
    const finish = () => void (running -= 1);
    try {
      const started = await exportBreakdown(db, q, now);
      return { ...started, close: once(() => started.close().finally(finish)) };
    } catch (e) {
      finish();
      throw e;
    }
  };
}

async function exportBreakdown(db: Db, q: BreakdownExportQuestion, now: number): Promise<BreakdownExport> {
  const { connection, release } = await borrowConnection(db);
  try {
    const head = await inSnapshot(connection, q.siteId, [viewOf(q.metric)], async ({ tx, site, serving }) => {
      const { from, to } = periodOfSite(q.period, site, now);
      const pages = viewOf(q.metric) === 'pages' ? { pages: versionOf('pages', pagesReads, serving) } : {};
      const whole = { siteId: site.site_id, metric: q.metric, from, to, limit: ALL_ROWS, ...pages };
      await versionOf('breakdown', breakdownReads, serving).readBreakdown(holdingRows(tx), serving.names, whole);
      return { domain: site.domain, metric: q.metric, from, to };
    });
    const close = async () => {
      // Where it fails the connection is lost, and the cursor with it. The pool tells that and opens another one.
      await letGo(connection).catch(() => undefined);
      await release();
    };
    return { ...head, rows: heldRows(connection, q.metric), close };
  } catch (e) {
    await release();
    throw e;
  }
}

async function* heldRows(connection: Db, metric: Metric): AsyncGenerator<Entry, void> {
  for (;;) {
    const rows = await fetchHeld<BreakdownRow>(connection, ROWS_A_FETCH);
    for (const row of rows) yield breakdownEntry(row, metric);
    if (rows.length < ROWS_A_FETCH) return;
  }
}

function once(run: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= run());
}
