import { sql } from 'kysely';
import type { Db } from '../../platform/database.ts';
import { Conflict } from '../../platform/errors.ts';
import { recount, type RecountProgress } from '../recount/recount.ts';
import type { RecountedView, RecountExample, RecountReport } from '../recount/report.ts';
import { WHOLE } from './projection-names.ts';

export interface VerifyOptions {
  /** `all`, or a view. */
  readonly name: string;
  /** Only this site. */
  readonly siteId?: number | undefined;
  /** Local days `YYYY-MM-DD`, both included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  onProgress?(progress: RecountProgress): void;
}

/** A figure that is not what the log says. Plain JSON. */
export interface WrongFigure {
  /** Public id of the site; null: it is gone. */
  readonly site_id: string | null;
  readonly domain: string | null;
  readonly day: string | null;
  readonly table: string;
  readonly key: Readonly<Record<string, string>>;
  /** A column; `rows` where the row itself is missing, or should not be there. */
  readonly measure: string;
  /** From the log. */
  readonly expected: number | string | null;
  /** What serves. */
  readonly found: number | string | null;
}

/** What serves, held against the log. Plain JSON. */
export interface VerifyReport {
  readonly name: string;
  /** Every figure that was compared is what the log says. */
  readonly equal: boolean;
  readonly position: number;
  readonly hits: number;
  readonly seconds: number;
  readonly differences: number;
  readonly views: readonly {
    readonly view: string;
    readonly rows: number;
    readonly differences: number;
    /** Up to a hundred. */
    readonly examples: readonly WrongFigure[];
  }[];
  /** What was not compared, and why: a sentence each. */
  readonly left_out: readonly string[];
}

/**
 * Counts what serves anew from the log, by definitions of its own, while everything goes on.
 * @param db one connection as owner
 * @throws Conflict where the view asked for cannot be compared
 */
export async function verifyProjection(db: Db, o: VerifyOptions): Promise<VerifyReport> {
  const report = await recount({
    db,
    view: o.name === WHOLE ? 'all' : (o.name as RecountedView),
    ...(o.siteId === undefined ? {} : { siteId: o.siteId }),
    ...(o.from === undefined ? {} : { from: o.from }),
    ...(o.to === undefined ? {} : { to: o.to }),
    ...(o.onProgress === undefined ? {} : { onProgress: o.onProgress }),
  });
  if (report.views.length === 0) throw new Conflict(`Nothing could be compared: ${report.leftOut.join('; ')}.`);
  return shown(o.name, report, await readDomains(db));
}

type Named = ReadonlyMap<number, { readonly id: string; readonly domain: string }>;

async function readDomains(db: Db): Promise<Named> {
  const { rows } = await sql<{ site_id: number; id: string; domain: string }>`select site_id, id, domain from sites`.execute(db);
  return new Map(rows.map((row) => [row.site_id, row]));
}

function shown(name: string, { leftOut, views, ...report }: RecountReport, sites: Named): VerifyReport {
  const differences = views.reduce((sum, view) => sum + view.differences, 0);
  return {
    name,
    equal: differences === 0,
    ...report,
    differences,
    views: views.map((view) => ({ ...view, examples: view.examples.map((example) => ofSite(example, sites)) })),
    left_out: leftOut,
  };
}

function ofSite({ site, ...figure }: RecountExample, sites: Named): WrongFigure {
  const named = sites.get(site);
  return { site_id: named?.id ?? null, domain: named?.domain ?? null, ...figure };
}
