import { sql, type RawBuilder } from 'kysely';

import type { Tx } from '../../platform/database.ts';
import type { Names } from '../facts/names.ts';
import { BREAKDOWN_MEASURES, makeBreakdown } from './breakdown.ts';
import { compare, type Comparison } from './compare.ts';
import { counted, type Judged } from './counted.ts';
import { createDictionaries, interpret } from './interpret.ts';
import { isAfter, makeLive, startOfLastDay } from './live.ts';
import { makeMeasured, makeVitals, VITALS_KEYS, VITALS_MEASURES } from './measures.ts';
import { makePages, PAGES_MEASURES, SCROLL_MEASURES } from './pages.ts';
import { judgePathnames } from './pathnames.ts';
import { makePaths, PATHS_MEASURES } from './paths.ts';
import type { RecountedView, RecountOfView } from './report.ts';
import { expectedRollUp, hasWholePeriods, isWhole, noteFrontiers, PERIODS, rollUp, type Rolled } from './roll-ups.ts';
import { ofSitesAndDays, type Scope, type Span } from './scope.ts';
import * as summary from './summary.ts';
import { survey, type Piece, type Survey } from './survey.ts';
import { temporary } from './temporary.ts';
import { textsOf } from './texts.ts';
import { makeEngaged, makeSessions, makeVisits } from './visits.ts';

export interface CountOptions {
  scope: Scope;
  names: Names;
  /** Of the views that serve. */
  versions: Readonly<Record<string, number>>;
  views: readonly RecountedView[];
  only?: 'hits';
  onProgress?(progress: { hits: number; of: number }): void;
}

export interface Counted {
  hits: number;
  views: RecountOfView[];
  leftOut: string[];
}

/** Kept of each view; more of them say nothing new. */
const MOST_EXAMPLES = 100;

const hasScroll = ({ versions }: CountOptions): boolean => (versions['pages'] ?? 0) >= 2;

const pagesMeasures = (o: CountOptions): readonly string[] =>
  hasScroll(o) ? [...PAGES_MEASURES, ...SCROLL_MEASURES] : PAGES_MEASURES;

const rolledOf = (o: CountOptions): readonly Rolled[] => [
  { base: 'pages', keys: ['path'], measures: pagesMeasures(o) },
  { base: 'breakdown', keys: ['metric', 'value'], measures: BREAKDOWN_MEASURES },
  { base: 'vitals', keys: VITALS_KEYS, measures: VITALS_MEASURES },
];

export async function countViews(tx: Tx, o: CountOptions): Promise<Counted> {
  const rolled = o.only === 'hits' ? [] : rolledOf(o).filter(({ base }) => o.views.includes(base as RecountedView));
  const rollsUp = rolled.length > 0 && hasWholePeriods(o.scope);
  const since = o.views.includes('live') ? await startOfLastDay(tx, o.scope.position) : null;
  const isNow = since !== null && touches(o.scope, since);
  const views = o.views.filter((view) => view !== 'live' || isNow);
  const report = new Map(views.map((view): [RecountedView, RecountOfView] => [view, { view, rows: 0, differences: 0, examples: [] }]));
  const found = await survey(tx, o.scope, isNow ? since : null, rollsUp);
  await createDictionaries(tx);
  const judged = { ...(await interpret(tx, o.scope, found.whole)), ...(await judgePathnames(tx, o.scope, found.whole)) };

  const check = async (view: RecountedView, comparison: Comparison): Promise<void> => {
    const one = report.get(view);
    if (one === undefined) return;
    const compared = await compare(tx, comparison, MOST_EXAMPLES - one.examples.length);
    one.rows += compared.rows;
    one.differences += compared.differences;
    const raw = compared.examples.map((example) => ({ ...example, table: comparison.table }));
    one.examples.push(...(await textsOf(tx, o.names, raw)));
  };
  const run: Run = { tx, o, judged, check, rolled: rollsUp ? rolled : [] };
  let done = 0;
  for (const [i, piece] of found.pieces.entries()) {
    await countPiece(run, piece, i === 0);
    done += piece.hits;
    o.onProgress?.({ hits: done, of: found.hits });
  }
  if (rollsUp) await checkRollUps(run, found);
  if (isNow) await checkLive(run, found, since);
  const leftOut = views.length < o.views.length ? ['live: the days asked for are not within the last 24 hours'] : [];
  return { hits: found.hits, views: [...report.values()], leftOut: [...leftOut, ...frozenOf(o.scope)] };
}

interface Run {
  tx: Tx;
  o: CountOptions;
  judged: Judged;
  rolled: readonly Rolled[];
  check(view: RecountedView, comparison: Comparison): Promise<void>;
}

/** Local days are at most 14 hours before or after the clock's own. */
function touches({ from, to }: Scope, since: Date): boolean {
  const first = new Date(since.getTime() - 14 * 3_600_000).toISOString().slice(0, 10);
  const last = new Date(since.getTime() + (24 + 14) * 3_600_000).toISOString().slice(0, 10);
  return (to === undefined || to >= first) && (from === undefined || from <= last);
}

function frozenOf({ firstDays, siteId, from }: Scope): string[] {
  return firstDays
    .filter((one) => (siteId === undefined || siteId === one.siteId) && (from === undefined || from < one.day))
    .map((one) => `site ${one.siteId}: days before ${one.day} are no more in the log`);
}

async function countPiece(run: Run, piece: Piece, isFirst: boolean): Promise<void> {
  const { tx, o, judged } = run;
  const { scope, views, only } = o;
  const days = views.filter((view) => view !== 'live');
  if (days.length === 0) return;
  const [needsHours, withVisits] = [run.rolled.length > 0 || days.includes('summary'), only === undefined];
  if (needsHours) await summary.makeHours(tx, scope, judged, piece);
  if (withVisits) {
    const needed = { times: days.includes('pages'), attributes: days.includes('breakdown'), steps: days.includes('paths') };
    await makeSessions(tx, scope, judged, piece, needed);
    await makeEngaged(tx, scope, judged, piece);
    await makeVisits(tx, needed);
    if (days.includes('vitals') || (days.includes('pages') && hasScroll(o))) await makeMeasured(tx, scope, judged, piece);
  }
  if (days.includes('summary')) {
    if (withVisits) await summary.makeMasksOfVisits(tx);
    else await summary.makeMasksOfHits(tx, scope, judged, piece);
    const measures = withVisits ? summary.SUMMARY_MEASURES : summary.HIT_MEASURES;
    await run.check('summary', ofDays(run, piece, 'summary_day', summary.summaryOfDays(withVisits), [], measures));
    await run.check('summary', ofDays(run, piece, 'summary_hour', summary.summaryOfHours(withVisits), ['hour'], measures));
  }
  if (!withVisits) return;
  if (days.includes('pages')) {
    await makePages(tx, scope, hasScroll(o));
    await run.check('pages', ofDays(run, piece, 'pages_day', temporary('pages'), ['path'], pagesMeasures(o)));
  }
  if (days.includes('breakdown')) {
    await makeBreakdown(tx);
    const keys = ['metric', 'value'];
    await run.check('breakdown', ofDays(run, piece, 'breakdown_day', temporary('breakdown'), keys, BREAKDOWN_MEASURES));
  }
  if (days.includes('paths')) {
    await makePaths(tx);
    const comparison = ofDays(run, piece, 'paths_day', temporary('paths'), ['sequence'], PATHS_MEASURES);
    await run.check('paths', { ...comparison, others: ['steps'], shownBy: ['steps'] });
  }
  if (days.includes('vitals')) {
    await makeVitals(tx);
    await run.check('vitals', ofDays(run, piece, 'vitals_day', temporary('vitals'), VITALS_KEYS, VITALS_MEASURES));
  }
  if (run.rolled.length > 0) await noteFrontiers(tx, isFirst);
  for (const rolled of run.rolled) await rollUp(tx, rolled, isFirst);
}

function ofDays(
  { o }: Run,
  piece: Span,
  table: string,
  expected: RawBuilder<unknown>,
  keys: readonly string[],
  measures: readonly string[],
): Comparison {
  const conditions = [...ofSite(o.scope, 'z'), ...ofSitesAndDays(o.scope, 'z')];
  if (piece.from !== undefined) conditions.push(sql`z.day >= ${sql.lit(piece.from)}::date`);
  if (piece.to !== undefined) conditions.push(sql`z.day <= ${sql.lit(piece.to)}::date`);
  const found = sql`(select z.* from ${o.names(table)} z where ${sql.join(conditions, sql` and `)})`;
  return { table, expected, found, hasDays: true, keys, measures };
}

const ofSite = ({ siteId }: Scope, alias: string): RawBuilder<unknown>[] =>
  siteId === undefined ? [sql`true`] : [sql`${sql.ref(`${alias}.site_id`)} = ${sql.lit(siteId)}`];

async function checkRollUps(run: Run, found: Survey): Promise<void> {
  const { tx, o, judged } = run;
  if (found.later !== null) {
    // A hit after the days asked for may have closed periods within them.
    const hits = counted(o.scope, judged, found.later, 'any', ['site_id', 'day']);
    await sql`insert into ${temporary('frontier')} select site_id, max(day) from ${hits} h group by 1`.execute(tx);
  }
  for (const rolled of run.rolled) {
    for (const period of PERIODS) {
      const table = `${rolled.base}_${period}`;
      const where = sql.join([...ofSite(o.scope, 'z'), isWhole(o.scope, period, 'z')], sql` and `);
      await run.check(rolled.base as RecountedView, {
        table,
        expected: expectedRollUp(o.scope, rolled, period),
        found: sql`(select z.* from ${o.names(table)} z where ${where})`,
        hasDays: true,
        keys: rolled.keys,
        measures: rolled.measures,
      });
    }
  }
}

async function checkLive(run: Run, found: Survey, since: Date): Promise<void> {
  const { tx, o, judged } = run;
  await makeLive(tx, o.scope, judged, found.recent ?? { first: '1', last: '0' }, since);
  const where = [...ofSite(o.scope, 'z'), isAfter('z.last_at', since)];
  if (o.scope.erasing.length > 0) where.push(...ofSitesAndDays({ ...o.scope, firstDays: [] }, 'z'));
  await run.check('live', {
    table: 'live',
    expected: temporary('live'),
    found: sql`(select z.* from ${o.names('live')} z where ${sql.join(where, sql` and `)})`,
    hasDays: false,
    keys: ['visitor'],
    measures: [],
    others: ['last_at'],
  });
}
