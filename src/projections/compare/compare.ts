import { sql, type RawBuilder } from 'kysely';
import type { Database, Tx } from '../../platform/database.ts';
import { viewOf, type Catalog } from '../catalog.ts';
import { namesOf } from '../facts/names.ts';
import { live, LIVE_WINDOW } from '../views/live/v1/live.view.ts';
import { compareChecksums, type DifferingPart } from './checksums.ts';
import { atCommonPosition } from './common-position.ts';
import type { ComparedSite, ComparedTable, Comparison, DifferingFigure } from './comparison.ts';
import { readDifferingRows, type RawFigure } from './differing-rows.ts';
import { readLeftOut, without, type LeftOut } from './left-out.ts';
import { namesOfView, readSides, type Sides } from './sides.ts';
import { readSites } from './sites.ts';
import { pairUp, type TablePair } from './tables.ts';
import { textsOf } from './texts.ts';

export interface CompareOptions {
  /** Of the owner, two connections at least. */
  owner: Database;
  catalog: Catalog;
  /** `all`, or a view's. */
  name: string;
  /** One that is `ready`, or `previous`. */
  generation: number;
  /** Of one site alone, by the key of its hits. */
  siteId?: number;
  /** Others work meanwhile: it takes one processor. Default: all that the server gives. */
  gently?: boolean;
}

const MOST_EXAMPLES = 100;
const FACTS = 'facts';
/** More than a default of PostgreSQL: whoever compares waits for it, and it ends within seconds. */
const SETTINGS = ['work_mem = 65536', 'jit = off'] as const;
const WORKERS = 4;

/**
 * Compares a generation with the serving one, both at the same position of the log: per table checksums by site and
 * day, then the rows that differ. Folds go on meanwhile. `all`: every view, and the hits and visits of the facts.
 * @throws NotFound, Conflict where there is no such generation, or it is not built
 */
export async function compareGenerations(o: CompareOptions): Promise<Comparison> {
  const started = performance.now();
  const { before, after } = await readSides(o.owner.db, o.name, o.generation);
  const generations: [number, number] = [before.facts, after.facts];
  return await atCommonPosition({ owner: o.owner, catalog: o.catalog, generations }, async (tx, position) => {
    for (const setting of SETTINGS) await sql`set local ${sql.raw(setting)}`.execute(tx);
    await sql`set local max_parallel_workers_per_gather = ${sql.lit(o.gently === true ? 0 : WORKERS)}`.execute(tx);
    const found = await compareIn(tx, o, position);
    return { ...found, seconds: Math.round(performance.now() - started) / 1000 };
  });
}

async function compareIn(tx: Tx, o: CompareOptions, position: bigint): Promise<Omit<Comparison, 'seconds'>> {
  // Again, as of the snapshot: what served may serve no more.
  const sides = await readSides(tx, o.name, o.generation);
  const sites = await readSites(tx, o.siteId);
  const facts = [sides.before.facts, sides.after.facts] as const;
  const { leftOut, said } = await readLeftOut(tx, ...facts, position);
  const found = await pairs(tx, o, sides, position);
  const tables: ComparedTable[] = [];
  const raw: Raw[] = [];
  for (const pair of found.pairs) {
    const where = conditionOf(pair, sites, leftOut);
    const { rows, parts } = await compareChecksums(tx, pair, where);
    if (pair.view === FACTS) {
      tables.push({ table: pair.table, view: pair.view, rows, differs: parts.length });
      raw.push(...parts.map((part) => ({ ...figureOfDay(part), view: pair.view, table: pair.table })));
      continue;
    }
    const differing =
      parts.length === 0
        ? { differs: 0, figures: [] }
        : await readDifferingRows(tx, pair, parts, where, MOST_EXAMPLES);
    tables.push({ table: pair.table, view: pair.view, rows, differs: differing.differs });
    raw.push(...differing.figures.map((figure) => ({ ...figure, view: pair.view, table: pair.table })));
  }
  const differences = tables.reduce((sum, { differs }) => sum + differs, 0);
  return {
    name: o.name,
    generation: o.generation,
    serving: sides.before.views.get(o.name)?.generation ?? sides.before.facts,
    position: Number(position),
    equal: differences === 0 && found.suspended.length === 0,
    tables,
    differences,
    examples: await told(tx, facts, sites, someOfEach(raw)),
    suspended: found.suspended,
    leftOut: [...found.leftOut, ...said],
  };
}

type Raw = RawFigure & { view: string; table: string };

interface Pairs {
  pairs: TablePair[];
  suspended: string[];
  leftOut: string[];
}

/** The tables that are compared, and why others are not. */
async function pairs(tx: Tx, { catalog, name }: CompareOptions, sides: Sides, position: bigint): Promise<Pairs> {
  const all: Pairs = { pairs: [], suspended: [], leftOut: [] };
  const add = ({ pair, leftOut }: { pair: TablePair | null; leftOut: string[] }): void => {
    if (pair !== null) all.pairs.push(pair);
    all.leftOut.push(...leftOut);
  };
  const there = new Set([...sides.before.views.keys(), ...sides.after.views.keys()]);
  // As they are listed; those that this code has not come last.
  for (const view of new Set([...catalog.views.map((one) => one.name), ...there])) {
    if (!there.has(view)) continue;
    const [was, is] = [sides.before.views.get(view), sides.after.views.get(view)];
    if (is?.suspended === true) all.suspended.push(view);
    if (was === undefined || is === undefined) {
      all.leftOut.push(`${view}: ${was === undefined ? 'nothing of it serves' : 'the generation has it not'}`);
    } else if (was.suspended || is.suspended) {
      all.leftOut.push(`${view}: suspended in ${was.suspended ? 'what serves' : 'the generation'}, it cannot be compared`);
    } else {
      const [old, young] = [viewOf(catalog, view, was.version), viewOf(catalog, view, is.version)];
      const tables = [...new Set([...(old?.tables ?? []), ...(young?.tables ?? [])])];
      const recent = view === live.name ? { recent: await recently(tx, position) } : {};
      for (const table of tables) {
        const before = namesOfView(sides.before, was, old?.tables ?? []);
        const after = namesOfView(sides.after, is, young?.tables ?? []);
        add(await pairUp(tx, { view, table, before, after, ...recent }));
      }
    }
  }
  if (sides.wholes && name === 'all') {
    const [before, after] = [namesOf(sides.before.facts), namesOf(sides.after.facts)];
    for (const table of ['visit', 'hit']) add(await pairUp(tx, { view: FACTS, table, before, after }));
  }
  return all;
}

/** What is older is removed by the clock, on either side at a time of its own. */
async function recently(tx: Tx, position: bigint): Promise<RawBuilder<unknown>> {
  const at = position.toString();
  const { rows } = await sql<{ since: string | null }>`
    select ((select coalesce((select recorded_at from log_hits where position = ${at}::bigint),
      (select recorded_at from log_events where position = ${at}::bigint))) - ${LIVE_WINDOW})::text as since`.execute(tx);
  const since = rows[0]?.since ?? null;
  return since === null ? sql`true` : sql`t.last_at > ${since}::timestamptz`;
}

function conditionOf(
  pair: TablePair,
  sites: ReadonlyMap<number, ComparedSite>,
  leftOut: readonly LeftOut[],
): RawBuilder<unknown> {
  const ofSites = sql`t.site_id = any (${[...sites.keys()]}::int[])`;
  const hasVisitors = [...pair.keys, ...pair.values.map(({ name }) => name)].includes('visitor');
  return sql`${ofSites} and ${without(leftOut, pair.grain, hasVisitors)} and ${pair.recent ?? sql`true`}`;
}

/** Of facts a day is told, and no visitor. */
function figureOfDay({ siteId, day, before, after }: DifferingPart): RawFigure {
  const key: Record<string, string> = day === null ? {} : { day };
  if (before !== after) return { siteId, key, measure: 'rows', before: String(before), after: String(after) };
  return { siteId, key, measure: 'checksum', before: 'of as many rows', after: 'another' };
}

/** A hundred at most, from every table that has some: views first, since they are what is read. */
function someOfEach(raw: readonly Raw[]): Raw[] {
  const byTable = Map.groupBy(raw, ({ table }) => table);
  const share = Math.max(1, Math.floor(MOST_EXAMPLES / Math.max(1, byTable.size)));
  return [...byTable.values()].flatMap((figures) => figures.slice(0, share));
}

async function told(
  tx: Tx,
  facts: readonly number[],
  sites: ReadonlyMap<number, ComparedSite>,
  raw: readonly Raw[],
): Promise<DifferingFigure[]> {
  const keys = await textsOf(tx, facts, raw);
  return raw.map(({ view, table, siteId, measure, before, after }, i) => ({
    view,
    table,
    site: sites.get(siteId) ?? { id: '', domain: String(siteId) },
    key: keys[i] ?? {},
    measure,
    before: figure(before),
    after: figure(after),
  }));
}

/** A count; else a time or a list, as it is. */
const figure = (text: string | null): number | string | null =>
  text === null || !/^-?\d{1,15}$/.test(text) ? text : Number(text);
