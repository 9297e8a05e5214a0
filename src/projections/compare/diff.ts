import { sql, type RawBuilder } from 'kysely';
import type { Database, Tx } from '../../platform/database.ts';
import type { Catalog } from '../catalog.ts';
import { atCommonPosition } from './common-position.ts';
import type { ComparedSite } from './comparison.ts';
import { BREAKDOWN_SOURCES, PAGE_SOURCES, SUMMARY_MEASURES, VALUE_MEASURES, type ValueSource } from './diff-sources.ts';
import { readLeftOut } from './left-out.ts';
import { namesOfView, readSides, type Sides } from './sides.ts';
import { readSites } from './sites.ts';
import { pairUp, type TablePair } from './tables.ts';
import { metricOf, textsOf } from './texts.ts';

export interface DiffOptions {
  /** Of the owner, two connections at least. */
  owner: Database;
  catalog: Catalog;
  /** `all`, or a view's. */
  name: string;
  /** One that is `ready`, or `previous`. */
  generation: number;
  /** Of one site alone, by the key of its hits. */
  siteId?: number;
  /** Local days, both included. Default: all. */
  from?: string;
  to?: string;
  /** Values told of each metric; default 10. */
  top?: number;
}

/** In what serves, and in the generation that would. */
export interface Moved {
  readonly before: number;
  readonly after: number;
}

type Measures<M extends string> = Readonly<Record<M, Moved>>;

/** A value of which some figure moves. */
export interface MovedValue extends Measures<(typeof VALUE_MEASURES)[number]> {
  readonly value: string;
}

export interface MetricDiff {
  readonly metric: string;
  /** Values that move, in all. */
  readonly moved: number;
  /** Those that move most: by visitors, then by visits. For `event`, `pageviews` counts events. */
  readonly top: readonly MovedValue[];
}

export interface SiteDiff {
  readonly site: ComparedSite;
  /** Of the whole range, moved or not; null where the view `summary` is not compared. `ms`: of all visits together. */
  readonly summary: Measures<(typeof SUMMARY_MEASURES)[number]> | null;
  readonly metrics: readonly MetricDiff[];
}

/** What readers of the figures would see move. Plain JSON. */
export interface Diff {
  readonly name: string;
  readonly generation: number;
  readonly serving: number;
  /** Both stood there. */
  readonly position: number;
  readonly from: string | null;
  readonly to: string | null;
  /** Those where something moves, by domain. */
  readonly sites: readonly SiteDiff[];
  /** Sites where nothing does. */
  readonly unmoved: number;
  /** What is not in it, and hits that only one side has. A sentence each. */
  readonly leftOut: readonly string[];
  readonly seconds: number;
}

/** What an operator reads before promoting: per site and metric, which figures move, before → after. */
export async function diffGenerations(o: DiffOptions): Promise<Diff> {
  const started = performance.now();
  const { before, after } = await readSides(o.owner.db, o.name, o.generation);
  const generations: [number, number] = [before.facts, after.facts];
  return await atCommonPosition({ owner: o.owner, catalog: o.catalog, generations }, async (tx, position) => {
    for (const setting of ['work_mem = 65536', 'jit = off']) await sql`set local ${sql.raw(setting)}`.execute(tx);
    const found = await diffIn(tx, o, Number(position));
    return { ...found, seconds: Math.round(performance.now() - started) / 1000 };
  });
}

async function diffIn(tx: Tx, o: DiffOptions, position: number): Promise<Omit<Diff, 'seconds'>> {
  const sides = await readSides(tx, o.name, o.generation);
  const sites = await readSites(tx, o.siteId);
  // Their days are in the figures all the same: it is why they move.
  const { said: leftOut } = await readLeftOut(tx, sides.before.facts, sides.after.facts, BigInt(position));
  const scope = { siteIds: [...sites.keys()], from: o.from ?? null, to: o.to ?? null };
  const pairOf = (view: string, table: string) => pairedTable(tx, sides, view, table, leftOut);

  const summaryPair = await pairOf('summary', 'summary_day');
  const summaries = summaryPair === null ? null : await readSummaries(tx, summaryPair, scope);
  const values: MovedRow[] = [];
  for (const [view, table, sources] of [
    ['breakdown', 'breakdown_day', BREAKDOWN_SOURCES],
    ['pages', 'pages_day', PAGE_SOURCES],
  ] as const) {
    const pair = await pairOf(view, table);
    if (pair === null) continue;
    for (const source of sources) values.push(...(await readMoved(tx, pair, source, scope, o.top ?? 10)));
  }
  const told = await withTexts(tx, sides, values);
  const metrics = Map.groupBy(told, ({ siteId }) => siteId);
  const all = [...sites].map(([siteId, site]): SiteDiff => {
    return { site, summary: summaries?.get(siteId) ?? null, metrics: metricsOf(metrics.get(siteId) ?? []) };
  });
  const moved = all.filter((site) => site.metrics.length > 0 || isMoved(site.summary));
  return {
    name: o.name,
    generation: o.generation,
    serving: sides.before.views.get(o.name)?.generation ?? sides.before.facts,
    position,
    from: scope.from,
    to: scope.to,
    sites: moved,
    unmoved: all.length - moved.length,
    leftOut,
  };
}

const isMoved = (summary: SiteDiff['summary']): boolean =>
  summary !== null && Object.values(summary).some(({ before, after }) => before !== after);

/** Null where it is not looked at, or cannot be. */
async function pairedTable(
  tx: Tx,
  { before, after }: Sides,
  view: string,
  table: string,
  leftOut: string[],
): Promise<TablePair | null> {
  const [was, is] = [before.views.get(view), after.views.get(view)];
  if (was === undefined || is === undefined) return null;
  if (was.suspended || is.suspended) {
    leftOut.push(`${view}: suspended in ${was.suspended ? 'what serves' : 'the generation'}`);
    return null;
  }
  const { pair, leftOut: why } = await pairUp(tx, {
    view,
    table,
    before: namesOfView(before, was, [table]),
    after: namesOfView(after, is, [table]),
  });
  leftOut.push(...why);
  return pair;
}

interface Scope {
  siteIds: number[];
  from: string | null;
  to: string | null;
}

const inScope = ({ siteIds, from, to }: Scope): RawBuilder<unknown> => sql`site_id = any (${siteIds}::int[])
  and day >= coalesce(${from}::date, '-infinity') and day <= coalesce(${to}::date, 'infinity')`;

type Sums = Record<`b_${string}` | `a_${string}`, number>;

const pairsOf = <M extends string>(measures: readonly M[], row: Sums): Measures<M> =>
  Object.fromEntries(measures.map((m) => [m, { before: row[`b_${m}`], after: row[`a_${m}`] }])) as Measures<M>;

async function readSummaries(
  tx: Tx,
  pair: TablePair,
  scope: Scope,
): Promise<Map<number, Measures<(typeof SUMMARY_MEASURES)[number]>>> {
  const measures = SUMMARY_MEASURES.filter((m) => pair.values.some(({ name }) => name === m));
  const side = (table: RawBuilder<unknown>) => sql`(select site_id, ${sql.join(
    measures.map((m) => sql`sum(${sql.ref(m)})::float8 as ${sql.ref(m)}`),
  )} from ${table} where ${inScope(scope)} group by 1)`;
  const { rows } = await sql<Sums & { siteId: number }>`
    select coalesce(b.site_id, a.site_id) as "siteId", ${bothSides(measures)}
    from ${side(pair.before)} b full join ${side(pair.after)} a on b.site_id = a.site_id`.execute(tx);
  return new Map(rows.map((row) => [row.siteId, pairsOf(measures, row)]));
}

const bothSides = (measures: readonly string[]): RawBuilder<unknown> =>
  sql.join(
    (['b', 'a'] as const).flatMap((side) =>
      measures.map((m) => sql`coalesce(${sql.ref(`${side}.${m}`)}, 0) as ${sql.ref(`${side}_${m}`)}`),
    ),
  );

type MovedRow = Sums & { siteId: number; metric: number; value: string; moved: number };

/** Values of which a figure moves, those that move most of each site and metric first. */
async function readMoved(tx: Tx, pair: TablePair, source: ValueSource, scope: Scope, top: number): Promise<MovedRow[]> {
  const sums = VALUE_MEASURES.map((m) => sql`sum(coalesce(${source.measures[m]}, 0))::float8 as ${sql.ref(m)}`);
  const side = (table: RawBuilder<unknown>) => sql`(
    select site_id, (${source.metric})::int as metric, ${source.value} as value, ${sql.join(sums)}
    from ${table} where ${inScope(scope)} and ${source.where} group by 1, 2, 3)`;
  const change = (m: string) => sql`abs(${sql.ref(`a_${m}`)} - ${sql.ref(`b_${m}`)})`;
  const { rows } = await sql<MovedRow>`
    select * from (
      select *, count(*) over (partition by "siteId", metric)::int as moved,
        row_number() over (partition by "siteId", metric
          order by ${sql.join(VALUE_MEASURES.map((m) => sql`${change(m)} desc`))}, value) as place
      from (
        select coalesce(b.site_id, a.site_id) as "siteId", coalesce(b.metric, a.metric) as metric,
          coalesce(b.value, a.value) as value, ${bothSides(VALUE_MEASURES)}
        from ${side(pair.before)} b full join ${side(pair.after)} a
          on b.site_id = a.site_id and b.metric = a.metric and b.value = a.value) x
      where ${sql.join(VALUE_MEASURES.map((m) => sql`${change(m)} > 0`), sql` or `)}) y
    where place <= ${top} order by "siteId", metric, place`.execute(tx);
  return rows;
}

interface ToldRow {
  siteId: number;
  metric: string;
  moved: number;
  value: MovedValue;
}

async function withTexts(tx: Tx, { before, after }: Sides, rows: readonly MovedRow[]): Promise<ToldRow[]> {
  const raw = rows.map(({ siteId, metric, value }) => ({ siteId, key: { metric: String(metric), value } }));
  const texts = await textsOf(tx, [before.facts, after.facts], raw);
  return rows.map((row, i) => ({
    siteId: row.siteId,
    metric: metricOf(row.metric) ?? String(row.metric),
    moved: row.moved,
    value: { value: texts[i]?.['value'] ?? row.value, ...pairsOf(VALUE_MEASURES, row) },
  }));
}

function metricsOf(rows: readonly ToldRow[]): MetricDiff[] {
  return [...Map.groupBy(rows, ({ metric }) => metric)].map(([metric, of]) => {
    return { metric, moved: of[0]?.moved ?? 0, top: of.map(({ value }) => value) };
  });
}
