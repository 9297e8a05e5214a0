import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/database.ts';
import type { Catalog } from '../catalog.ts';
import { lockFacts } from './lock-facts.ts';
import { readMade } from './made.ts';
import { endRebuild, readRecord } from './record.ts';
import { PHASES, type Phase } from './rebuild.tables.ts';

/**
 * Goes on to the next phase that has chunks, where the present one has none left; after the last, what was built is
 * `ready`: workers fold it from its target on. Whoever finds it done does it; the others find it done. Answers whether
 * it went on.
 */
export async function advance(db: Db, catalog: Catalog, rebuildId: number): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    const record = await readRecord(tx, rebuildId, 'update');
    if (record.state !== 'running' || !isBuilding(record.phase)) return false;
    const { rows } = await sql<{ phase: Phase }>`
      select distinct phase from projection_chunks where rebuild_id = ${rebuildId} and done_at is null`.execute(tx);
    const left = new Set(rows.map((row) => row.phase));
    const next = PHASES.find((phase) => left.has(phase)) ?? 'catch-up';
    if (next === record.phase) return false;
    const made = await readMade(tx, catalog, record);
    if (made === null) {
      await endRebuild(tx, rebuildId, { state: 'discarded' });
      return true;
    }
    if (next === 'catch-up') await makeReady(tx, made, record.target);
    await tx
      .updateTable('projection_rebuilds')
      .set({ phase: next, ...(next === 'catch-up' ? { built_at: sql<Date>`clock_timestamp()` } : {}) })
      .where('rebuild_id', '=', rebuildId)
      .execute();
    return true;
  });
}

export function isBuilding(phase: Phase): boolean {
  return phase !== 'start' && PHASES.indexOf(phase) < PHASES.indexOf('catch-up');
}

async function makeReady(
  tx: Tx,
  { generation, facts, whole }: { generation: number; facts: number; whole: boolean },
  target: bigint | null,
): Promise<void> {
  if (whole) {
    await tx
      .updateTable('projections')
      .set({ state: 'ready', position: (target ?? 0n).toString() })
      .where('generation', '=', generation)
      .where('state', '=', 'building')
      .execute();
  } else {
    // A fold asks for the complete views, and later for those in building: one that changed in between would miss a batch.
    await lockFacts(tx, facts);
  }
  await tx
    .updateTable('projection_views')
    .set({ state: 'ready' })
    .where('generation', '=', generation)
    .where('state', '=', 'building')
    .execute();
}
