import { sql } from 'kysely';
import type { Names } from './names.ts';
import type { Run } from './run.ts';
import { isMeasured } from './vitals.ts';

/** Finds the visitor-days of the batch. */
export async function touchVisitors(run: Run): Promise<void> {
  await run(sql`insert into touched (visitor, site_id, day, first_at, first_view_at, replay)
    select visitor, site_id, day, min(at) filter (where not engagement),
      min(at) filter (where event is null and not engagement),
      bool_or(engagement or event is null and ${isMeasured})
    from batch_hit group by visitor, site_id, day`);
}

/** Finds the visits so far of what is touched, and which visitor-days have to be replayed. */
export async function readOldVisits(run: Run, names: Names): Promise<{ replays: boolean }> {
  // OFFSET 0 keeps this a look-up by index for each of them, whatever the planner thinks of an unanalysed table.
  await run(sql`insert into old_visit
    select v.visitor, v.started_at, v.last_at, v.source, v.hostname, v.exit, v.site_id, v.day, v.agent_id, v.pageviews,
      v.events, v.exit_ms, v.hours, v.first_hours, v.firsts, v.hour, v.country, v.device, v.ends_in_view, v.steps,
      v.pages, v.names, v.row_id,
      row_number() over (partition by v.visitor, v.site_id, v.day order by v.started_at desc) = 1, v.passive
    from touched t cross join lateral (
      select v.*, v.ctid as row_id from ${names('visit')} v
      where v.site_id = t.site_id and v.day = t.day and v.visitor = t.visitor offset 0) v`);
  await run(sql`update touched t set replay = true from old_visit o
    where o.is_last and o.visitor = t.visitor and o.site_id = t.site_id and o.day = t.day
      and t.first_at < o.last_at`);
  // A report that was here before its view is the view's now.
  await run(sql`update touched t set replay = true
    where not replay and exists (select from ${names('hit')} h where h.engagement and h.site_id = t.site_id
      and h.day = t.day and h.visitor = t.visitor and h.at >= t.first_view_at offset 0)`);
  const rows = await run.rows(sql`select from touched where replay limit 1`);
  return { replays: rows.length > 0 };
}
