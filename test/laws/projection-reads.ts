import type { Db } from '../../src/platform/database.ts';
import type { Names } from '../../src/projections/facts/names.ts';
import { readBreakdown, readEntries, readExits } from '../../src/projections/views/breakdown/v1/breakdown.read.ts';
import { pagesReads } from '../../src/projections/views/pages/pages.read.ts';
import { readPaths } from '../../src/projections/views/paths/v1/paths.read.ts';
import {
  readDays,
  readHours,
  readSummaries,
  type SummaryRow,
} from '../../src/projections/views/summary/v1/summary.read.ts';
import { readVitals } from '../../src/projections/views/vitals/v1/vitals.read.ts';
import type { BreakdownRow, Metric } from '../oracle/breakdown.ts';
import { ratio } from '../oracle/figures.ts';
import type { PublishedSummary } from '../oracle/published.ts';
import type { Reads } from './reads.ts';

const WHOLE = 1_000_000;

/** Versions of `pages`. */
type PagesVersion = keyof typeof pagesReads;

function published(row: SummaryRow): PublishedSummary {
  const { visitors, visits, pageviews, events } = row;
  return {
    visitors,
    visits,
    pageviews,
    events,
    bounce_rate: ratio(row.bounces, visits),
    visit_duration: ratio(row.ms / 1000, visits),
    views_per_visit: ratio(pageviews, visits),
  };
}

/**
 * The read side of a generation in the shapes that the oracle answers. Breakdowns are read in pages, by cursor: small
 * ones try the cursor, large ones are for large logs.
 */
export function readsOfGeneration(db: Db, names: Names, pageSize = 3, pagesVersion: PagesVersion = 2): Reads {
  const pages = pagesReads[pagesVersion];
  const tellsScroll = pagesVersion >= 2;
  return {
    tellsScroll,
    async summary({ siteId, from, to }) {
      const [row] = await readSummaries(db, names, siteId, [{ from, to }]);
      if (row === undefined) throw new Error('no summary');
      return published(row);
    },
    days: async ({ siteId, from, to }) =>
      (await readDays(db, names, siteId, from, to)).map((row) => ({ date: row.day, ...published(row) })),
    hours: async ({ siteId, from, to }) =>
      (await readHours(db, names, siteId, from, to)).map((row) => ({
        date: `${row.day}T${String(row.hour).padStart(2, '0')}`,
        visitors: row.visitors,
        visits: row.visits,
        pageviews: row.pageviews,
      })),
    async breakdown({ siteId, from, to }, metric) {
      const all: BreakdownRow[] = [];
      for (let after: { visitors: number; value: string } | undefined; ; ) {
        const query = { siteId, metric, from, to, limit: pageSize, pages, ...(after === undefined ? {} : { after }) };
        const rows = await readBreakdown(db, names, query);
        all.push(...rows.map((row) => publishedRow(metric, row, tellsScroll)));
        after = rows.at(-1);
        if (rows.length < pageSize || after === undefined) return all;
      }
    },
    async paths({ siteId, from, to }) {
      const rows = await readPaths(db, names, { siteId, from, to, limit: WHOLE });
      return rows.map((row) => ({ path: row.steps.join(' -> '), ...row }));
    },
    async vitals({ siteId, from, to }) {
      // Few at first: which come on the page is decided otherwise than in what order all of them are.
      const few = await readVitals(db, names, { siteId, from, to, limit: pageSize });
      const all = await readVitals(db, names, { siteId, from, to, limit: WHOLE });
      return { ...all, pages: [...few.pages, ...all.pages.slice(pageSize)] };
    },
    async entry({ siteId, from, to }) {
      const rows = await readEntries(db, names, { siteId, from, to, limit: WHOLE });
      return rows.map(({ bounces, ...row }) => ({ ...row, bounce_rate: ratio(bounces, row.visits) }));
    },
    async exit({ siteId, from, to }) {
      const rows = await readExits(db, names, { siteId, from, to, limit: WHOLE });
      return rows.map(({ visitsWith, ...row }) => ({ ...row, exit_rate: ratio(row.visits, visitsWith) }));
    },
  };
}

type ReadRow = Awaited<ReturnType<typeof readBreakdown>>[number];

function publishedRow(metric: Metric, row: ReadRow, tellsScroll: boolean): BreakdownRow {
  const { value, visitors, visits, pageviews } = row;
  if (metric === 'event') {
    return { value, visitors, visits, pageviews: null, bounce_rate: null, visit_duration: null, events: pageviews };
  }
  const figures = { value, visitors, visits, pageviews };
  if (metric !== 'pathname') {
    return { ...figures, bounce_rate: ratio(row.bounces, visits), visit_duration: ratio(row.ms / 1000, visits) };
  }
  const time = ratio(row.ms / 1000, row.timed);
  const bounce_rate = ratio(row.bounces, row.entries);
  const scroll = tellsScroll ? { scroll_depth: ratio(row.scroll, row.scrolled) } : {};
  return { ...figures, bounce_rate, visit_duration: time, time_on_page: time, ...scroll };
}
