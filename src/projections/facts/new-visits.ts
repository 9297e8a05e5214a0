import { sql } from 'kysely';
import type { Names } from './names.ts';
import type { Run } from './run.ts';

/** Pages of a visit that are kept in order; API: paths are up to 5 long. */
export const LONGEST_PATH = sql.lit(5);

/** Groups `session_hit` into the visits that changed or are new. */
export async function buildVisits(run: Run, names: Names): Promise<void> {
  await run(sql`insert into new_visit
    select g.visitor, coalesce(o.started_at, g.started_at), g.last_at, coalesce(o.source, g.source),
      coalesce(o.hostname, s.hostname), coalesce(g.exit, o.exit), g.site_id, g.day, g.agent_id,
      g.pageviews + coalesce(o.pageviews, 0), g.events + coalesce(o.events, 0),
      case when g.new_exit then g.exit_ms else o.exit_ms end, g.hours | coalesce(o.hours, 0),
      coalesce(o.hour, g.hour), g.country, g.device, g.ends_in_view, (o.steps || g.steps)[1:${LONGEST_PATH}],
      case when o.pages is not null or coalesce(cardinality(o.steps || g.steps), 0) > ${LONGEST_PATH}
        then (select array_agg(distinct p order by p) from unnest(coalesce(o.pages, o.steps) || g.steps) p) end,
      case when g.names is null then o.names when o.names is null and cardinality(g.names) = 1 then g.names
        else (select array_agg(distinct n order by n) from unnest(o.names || g.names) n) end,
      o.row_id, g.passive + coalesce(o.passive, 0)
    from (
      select visitor, site_id, day, visit_no, min(at) as started_at, max(last_at) as last_at, bool_or(old) as extends,
        max(source) filter (where starts) as source, max(source) filter (where first_view and is_view) as view_source,
        max(path) filter (where last_view and is_view) as exit,
        max(engaged_ms) filter (where last_view and is_view) as exit_ms,
        coalesce(bool_or(last_view and is_view and not old), false) as new_exit,
        max(agent_id) as agent_id, max(country) as country, max(device) as device,
        max(hour) filter (where starts) as hour, bit_or(1 << hour) as hours,
        count(*) filter (where is_view and not old) as pageviews, count(event) as events,
        count(*) filter (where passive) as passive,
        coalesce(bool_or(is_last and is_view), false) as ends_in_view,
        array_agg(path order by place) filter (where is_view and not old and path is distinct from previous_path)
          as steps,
        array_agg(event) filter (where event is not null) as names
      from session_hit where version = 1
      group by visitor, site_id, day, visit_no having not bool_and(old)) g
      left join old_visit o on g.extends and o.is_last
        and o.visitor = g.visitor and o.site_id = g.site_id and o.day = g.day
      left join lateral (select hostname from ${names('source')} s
        where s.site_id = g.site_id and s.source_id = g.view_source offset 0) s on true`);
}
