import { sql } from 'kysely';
import type { View } from '../../view.ts';
import { createLiveTables } from './live.tables.ts';

/** What "the last 24 hours" reaches back to, with an hour to spare. */
export const LIVE_WINDOW = sql`interval '25 hours'`;

/**
 * When each visitor was last seen: visitors of the last 5 minutes and 24 hours. Only the log's own clock decides what
 * is too old to keep, so that a replay decides the same.
 */
export const live: View = {
  name: 'live',
  version: 1,
  tables: ['live'],
  create: createLiveTables,
  async fold(run, names) {
    await run(sql`insert into ${names('live')} as z (site_id, visitor, last_at)
      select site_id, visitor, max(at) from batch_hit
      where not engagement and at > (
        select recorded_at from log_hits where position = (select max(position) from batch_hit)) - ${LIVE_WINDOW}
      group by 1, 2 order by 1, 2
      on conflict (site_id, visitor) do update set last_at = greatest(z.last_at, excluded.last_at)`);
  },
  /** As folded, and pruned at that position. A local day begins up to 14 hours before the same day of UTC. */
  async build(tx, names, target) {
    await sql`insert into ${names('live')} as z (site_id, visitor, last_at)
      select f.site_id, h.visitor, max(h.at)
      from (select coalesce(
          (select recorded_at from log_hits where position = ${sql.lit(target)}),
          (select recorded_at from log_events where position = ${sql.lit(target)})) - ${LIVE_WINDOW} as since) x
        join ${names('frontier')} f on f.day >= (x.since - interval '14 hours')::date
        cross join lateral (
          select visitor, at from ${names('hit')}
          where site_id = f.site_id and day >= (x.since - interval '14 hours')::date and not engagement and at > x.since
          offset 0) h
      group by 1, 2 order by 1, 2
      on conflict (site_id, visitor) do update set last_at = greatest(z.last_at, excluded.last_at)`.execute(tx);
  },
};
