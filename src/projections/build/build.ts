/**
 * Facts and views from nothing, in bulk. Whoever drives a rebuild calls these in this order, each inside the transaction
 * of its step, on a connection with the settings `BUILD_SETTINGS`:
 *
 * 1. `startFacts(tx, names, target)` once: what later steps need to know of the whole log.
 * 2. `prepareHits(tx, names, rules, range)`, committed by itself, then `buildHits(tx, names, rules, range)` for each
 *    range, in any order, on several connections at once. What the first enters (dictionaries) is the same however
 *    often it is entered. Ranges of `HITS_A_RANGE` positions are a second's work, which is good for all.
 * 3. `indexHits(tx, names)` once.
 * 4. `planDays(tx, names, siteId?)` once: the pieces of step 5. Notes where each site ends, too.
 * 5. `buildDays(tx, names, rules, views, piece, { writeVisits })` for each piece. Pieces of the same site and month come
 *    one after the other, in order; others at any time, on several connections at once.
 * 6. `buildLast(tx, names, views, target)` and `finishFacts(tx, names, target)` once.
 *
 * For views alone, upon living facts: `planDays` with `{ keepFrontier: true }`, then 5 with `writeVisits: false` and
 * `buildLast`, each with the checkpoint's lock. What has been rolled up is read from the facts at that moment.
 *
 * Each step is all or nothing with its transaction, and is done once: the tables hold nothing of its range before it.
 */
export type { BuildDaysOptions, DayPiece, HitRange } from './pieces.ts';
export { BUILD_SETTINGS } from './settings.ts';
export { buildHits, HITS_A_RANGE, prepareHits } from './hits.ts';
export { indexHits, planDays } from './plan.ts';
export { buildDays } from './days.ts';
export { buildLast, finishFacts, startFacts } from './ends.ts';
