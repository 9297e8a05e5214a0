import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { HITS_A_RANGE, startFacts } from '../build/build.ts';
import { copyRows } from '../build/copy.ts';
import { readKept, refuseLoss } from '../build/kept.ts';
import { namesOf } from '../facts/names.ts';
import { requireComplete } from '../engine/upgrade.ts';
import { readServing } from '../engine/status.read.ts';
import { enterChunks, logChunks } from './chunks.ts';
import type { Made } from './made.ts';
import type { RebuildRecord } from './record.ts';
import { firstPosition } from './start.ts';

/**
 * Takes over what is not built, from what serves: other sites where one alone is rebuilt, and the days of which the log
 * has not all hits any more. In one snapshot, which also says up to where the rest is built.
 * @param tx REPEATABLE READ
 */
export async function copyKept(tx: Tx, made: Made, record: RebuildRecord, o: { hitsAChunk?: number }): Promise<void> {
  const serving = await readServing(tx);
  if (serving === null) throw new Error('nothing serves');
  // Where a process of an older version has folded since, a worker fills it in, and this is tried again.
  await requireComplete(tx, serving.generation);
  const kept = await readKept(tx, namesOf(serving.generation), record.siteId ?? undefined);
  refuseLoss(kept, made.allViews, serving);
  const target = BigInt(serving.position);
  await startFacts(tx, made.names, target);
  const { rows } = await sql<{ same: boolean }>`
    select a.rules_version = b.rules_version and a.spam_hosts is not distinct from b.spam_hosts as same
    from projections a, projections b
    where a.generation = ${serving.generation} and b.generation = ${made.generation}`.execute(tx);
  const otherRules = rows[0]?.same !== true;
  await copyRows(tx, { from: serving.names, to: made.generation, views: made.allViews, kept, otherRules });
  if (record.siteId !== null) {
    await sql`insert into projection_parked (generation, position, error, parked_at)
      select ${made.generation}, k.position, k.error, k.parked_at
      from projection_parked k join log_hits l on l.position = k.position
      where k.generation = ${serving.generation} and k.position <= ${target.toString()}::bigint
        and l.site_id <> ${record.siteId}
      on conflict do nothing`.execute(tx);
  }
  const log = logChunks(await firstPosition(tx), target, o.hitsAChunk ?? HITS_A_RANGE);
  await enterChunks(tx, record.rebuildId, log);
  const total = log.reduce((sum, { hits }) => sum + hits, 0);
  // Under the lock that this transaction shares: whoever shares it, too, has other chunks in hand, of which there are none.
  await tx
    .updateTable('projection_rebuilds')
    .set({ target, total })
    .where('rebuild_id', '=', record.rebuildId)
    .execute();
}
