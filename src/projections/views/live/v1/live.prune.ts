import { sql } from 'kysely';
import type { Db } from '../../../../platform/database.ts';
import '../../../engine/projections.tables.ts';
import { namesOf } from '../../../facts/names.ts';
import { live, LIVE_WINDOW } from './live.view.ts';

/**
 * Removes the visitors who were last seen too long ago to be in any figure, from every generation that is folded. Too
 * old is measured by the log's clock at the generation's own position: what a late fold still needs is kept.
 */
export async function pruneLive(db: Db): Promise<void> {
  const folded = await db
    .selectFrom('projection_views')
    .select(['generation', 'facts'])
    .where('view', '=', live.name)
    .where('version', '=', live.version)
    .where('state', '<>', 'building')
    .execute();
  for (const { generation, facts } of folded) {
    await sql`
      delete from ${namesOf(generation)('live')} where last_at <= (
        select coalesce(h.recorded_at, e.recorded_at)
        from projections p
        left join log_hits h on h.position = p.position
        left join log_events e on e.position = p.position
        where p.generation = ${facts}) - ${LIVE_WINDOW}`.execute(db);
  }
}
