import type { Database, Db } from '../../src/platform/database.ts';
import {
  buildDays,
  buildHits,
  buildLast,
  finishFacts,
  indexHits,
  planDays,
  prepareHits,
  startFacts,
  type DayPiece,
} from '../../src/projections/build/build.ts';
import { newestRules, newestViews, type Catalog } from '../../src/projections/catalog.ts';
import { namesOf } from '../../src/projections/facts/names.ts';
import { rulesWith } from '../../src/projections/facts/rules.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { stops } from './written-log.ts';

export interface Pieces {
  /** In state `building`, empty. */
  generation: number;
  head: bigint;
  /** Positions of a range, and hits of a piece. */
  range: number;
  most: number;
  catalog?: Catalog;
}

/** Builds a generation in bulk on several connections at once, the later months first. */
export async function buildInPieces(
  lanes: readonly Database[],
  { generation, head, range: size, most, catalog = CATALOG }: Pieces,
): Promise<void> {
  const names = namesOf(generation);
  const rules = rulesWith(newestRules(catalog), []);
  const views = newestViews(catalog);
  const once = async <T>(step: (tx: Db) => Promise<T>): Promise<T> => {
    const [lane] = lanes;
    if (lane === undefined) throw new Error('no lane');
    return await lane.db.transaction().execute(step);
  };
  await once((tx) => startFacts(tx, names, head));
  const ranges = stops(0n, head, [size]).map((to, i) => ({ from: BigInt(i * size), to, parked: [] }));
  await inLanes(lanes, ranges, async (db, range) => {
    await db.transaction().execute((tx) => prepareHits(tx, names, rules, range));
    await db.transaction().execute((tx) => buildHits(tx, names, rules, range));
  });
  await once((tx) => indexHits(tx, names));
  const pieces = await once((tx) => planDays(tx, names, undefined, { most }));
  await inLanes(lanes, monthsOf(pieces).reverse(), async (db, month) => {
    for (const piece of month) {
      const options = { writeVisits: true };
      await db.transaction().execute((tx) => buildDays(tx, names, rules, views, piece, options));
    }
  });
  await once((tx) => buildLast(tx, names, views, head));
  await once((tx) => finishFacts(tx, names, head));
}

/** What has to be built one after the other. */
export function monthsOf(pieces: readonly DayPiece[]): DayPiece[][] {
  return [...Map.groupBy(pieces, ({ siteId, month }) => `${siteId} ${month}`).values()];
}

async function inLanes<T>(
  lanes: readonly Database[],
  all: readonly T[],
  run: (db: Db, one: T) => Promise<void>,
): Promise<void> {
  const left = all.values();
  await Promise.all(
    lanes.map(async ({ db }) => {
      for (const one of left) await run(db, one);
    }),
  );
}
