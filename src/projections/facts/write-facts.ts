import { sql } from 'kysely';
import type { Names } from './names.ts';
import type { Run } from './run.ts';

/** Writes hits and visits. A visit that goes on is updated in place; replayed visitor-days are written anew. */
export async function writeFacts(run: Run, names: Names, replays: boolean): Promise<void> {
  await run(sql`insert into ${names('hit')} (visitor, at, position, path, source, event, site_id, day, agent_id, ms, hour,
      country, device, scroll, engagement, passive, lcp, inp, cls)
    select visitor, at, position, path, source, event, site_id, day, agent_id, ms, hour, country, device, scroll,
      engagement, passive, lcp, inp, cls
    from batch_hit order by position`);
  if (replays) {
    await run(sql`delete from ${names('visit')} v using old_visit o join touched t using (visitor, site_id, day)
      where t.replay and v.ctid = o.row_id`);
  }
  await run(sql`update ${names('visit')} v set last_at = d.last_at, exit = d.exit, hostname = d.hostname,
      pageviews = d.pageviews, events = d.events, exit_ms = d.exit_ms, hours = d.hours, first_hours = d.first_hours,
      firsts = d.firsts, ends_in_view = d.ends_in_view, steps = d.steps, pages = d.pages, names = d.names,
      passive = d.passive
    from visit_delta d where d.sign = 1 and v.ctid = d.extends`);
  await writeVisits(run, names);
}

/** Visits of `visit_delta` that are new. */
export async function writeVisits(run: Run, names: Names): Promise<void> {
  const columns = sql`visitor, started_at, last_at, source, hostname, exit, site_id, day, agent_id, pageviews, events,
    exit_ms, hours, first_hours, firsts, hour, country, device, ends_in_view, steps, pages, names, passive`;
  await run(sql`insert into ${names('visit')} (${columns})
    select ${columns} from visit_delta where sign = 1 and extends is null`);
}
