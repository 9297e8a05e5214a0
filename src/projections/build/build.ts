/**
 * Facts and views from nothing, in bulk. Whoever drives a rebuild calls these in this order, each inside the transaction
 * of its step, on a connection with the settings `BUILD_SETTINGS`:
 *
 * 1. `startFacts(tx, names, target)` once: what later steps need to know of the whole log.
 * 2. `prepareHits(tx, names, rules, range)`, committed by itself, then `buildHits(tx, names, rules, range)` for each
 *    range, in any order, on several connections at once. What the first enters (dictionaries) is the same however
 *    often it is entered, so a chunk that is done again finds it there. Both on the same connection.
 * 3. `indexHits(tx, names)` once.
 * 4. `planDays(tx, names, siteId?)` once: the pieces of step 5, and where each site ends.
 * 5. `buildDays(tx, names, rules, views, piece, { writeVisits })` for each piece. Pieces of the same site and month come
 *    one after the other, in order; others at any time, on several connections.
 * 6. `buildLive(tx, names, target)` and `finishFacts(tx, names, target)` once.
 *
 * Each step is all or nothing with its transaction, and done once: the tables hold nothing of its range before it.
 */
import type { Tx } from '../../platform/database.ts';
import type { Names } from '../facts/names.ts';
import type { Rules } from '../facts/rules.ts';
import type { View } from '../views/view.ts';

/** Positions of the log after `from`, up to and with `to`. */
export interface HitRange {
  readonly from: bigint;
  readonly to: bigint;
  /** Positions to leave out: parked, or discarded. */
  readonly parked: readonly string[];
  /** Only hits of this site. */
  readonly siteId?: number;
  /** Days that were copied from elsewhere, up to and with `day` (`YYYY-MM-DD`), by site: their hits are left out. */
  readonly frozen?: readonly { readonly siteId: number; readonly day: string }[];
}

/** Whole local days of one site, both included, within one month or spanning whole months. */
export interface DayPiece {
  readonly siteId: number;
  /** First day of the month of `fromDay`. Pieces that share it, and the site, are built in order. */
  readonly month: string;
  readonly fromDay: string;
  readonly toDay: string;
  /** Rows of `hit`. */
  readonly hits: number;
}

export interface BuildDaysOptions {
  /** False where `visit` is there already and views alone are built upon living facts. */
  readonly writeVisits: boolean;
}

/** The doors of this folder, by their shapes. */
export interface Build {
  startFacts(tx: Tx, names: Names, target: bigint): Promise<void>;
  prepareHits(tx: Tx, names: Names, rules: Rules, range: HitRange): Promise<void>;
  buildHits(tx: Tx, names: Names, rules: Rules, range: HitRange): Promise<{ hits: number }>;
  indexHits(tx: Tx, names: Names): Promise<void>;
  planDays(tx: Tx, names: Names, siteId?: number): Promise<DayPiece[]>;
  buildDays(
    tx: Tx,
    names: Names,
    rules: Rules,
    views: readonly View[],
    piece: DayPiece,
    options: BuildDaysOptions,
  ): Promise<void>;
  buildLive(tx: Tx, names: Names, target: bigint): Promise<void>;
  finishFacts(tx: Tx, names: Names, target: bigint): Promise<void>;
}
