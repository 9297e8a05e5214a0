import { sql } from 'kysely';
import type { Names } from '../facts/names.ts';
import { LONGEST_PATH } from '../facts/new-visits.ts';
import type { Run } from '../facts/run.ts';
import { termId } from '../facts/terms.ts';
import { ALL_FIRSTS, deltaColumns, measures, severalFirsts } from '../facts/visit-delta.ts';

/** The lowest bits of what is packed are the value, those above the number by which the latest is found. */
const VALUE = sql.lit(0xffffffff);

/**
 * Groups the hits of a piece to visits, into `visit_delta`, all of them with sign 1: what `facts/new-visits.ts` and
 * `facts/visit-delta.ts` make of a batch, where there was no visit before. Agent, country and device are those of the
 * visitor-day's first hit.
 */
export async function groupDayVisits(run: Run, names: Names): Promise<void> {
  await run(sql`insert into visit_delta (sign, alone, ${deltaColumns})
    with visits as (
      select b.visit_no, min(b.visitor) as visitor, min(b.at) as started_at, max(b.at) as last_at, min(b.day) as day,
        bool_or(b.starts_day) as starts_day, max(b.source) filter (where b.n = b.visit_no) as source,
        max(b.source) filter (where b.event is null and b.last_view is null) as view_source,
        max(b.agent_id) filter (where b.n = b.visit_no) as agent_id,
        max(b.country) filter (where b.n = b.visit_no) as country,
        max(b.device) filter (where b.n = b.visit_no) as device,
        max(b.hour) filter (where b.n = b.visit_no) as hour, bit_or(1 << b.hour) as hours,
        count(*) filter (where b.event is null)::int as pageviews, count(b.event)::int as events,
        count(*) filter (where b.passive)::int as passive,
        max(b.n) as last_hit, max((b.n << 32) + coalesce(e.ms + 1, 0)) filter (where b.event is null) as last_view,
        array_agg(b.path order by b.n)
          filter (where b.event is null and (b.last_view is null or b.path <> coalesce(p.path, b.previous_path)))
          as steps,
        array_agg(b.event) filter (where b.event is not null) as names
      from batch_hit b left join build_engaged e on e.n = b.n left join build_previous p on p.n = b.n
      where b.visit_no is not null
      group by b.visit_no
    ), of_day as (
      select *, max(case when starts_day then visit_no end) over w as day_no, lead(starts_day) over w as next_starts_day,
        max(case when starts_day then (visit_no << 32) + agent_id end) over w & ${VALUE} as day_agent,
        max(case when starts_day then (visit_no << 32) + coalesce(country + 1, 0) * 256 + coalesce(device, 0) end) over w
          & ${VALUE} as day_client
      from visits window w as (order by visit_no rows unbounded preceding)
    ), dimensioned as materialized (
      select f.site_id, v.visit_no, v.day_no, v.starts_day and v.next_starts_day is not false as alone, v.visitor,
        v.started_at, v.last_at, v.source, w.hostname, v.steps[cardinality(v.steps)] as exit, v.day,
        v.day_agent::int as agent_id, v.pageviews, v.events, v.passive, nullif(v.last_view & ${VALUE}, 0)::int - 1 as exit_ms,
        v.hours, v.hour, (nullif(v.day_client / 256, 0) - 1)::smallint as country,
        nullif(v.day_client % 256, 0)::smallint as device, coalesce(v.last_view >> 32 = v.last_hit, false) as ends_in_view,
        v.steps[1:${LONGEST_PATH}] as steps,
        case when cardinality(v.steps) > ${LONGEST_PATH}
          then (select array_agg(distinct p order by p) from unnest(v.steps) p) end as pages,
        case when v.names is null or cardinality(v.names) = 1 then v.names
          else (select array_agg(distinct e order by e) from unnest(v.names) e) end as names,
        a.browser, a.os, s.referrer, s.channel, s.utm_source, s.utm_medium, s.utm_campaign, s.utm_term, s.utm_content,
        v.steps[1] as entry,
        case when v.steps is not null then ${termId(sql`v.steps[1:${LONGEST_PATH}]::text`)} end as sequence
      from of_day v cross join site_frontier f
        left join build_source w on w.source_id = v.view_source
        left join build_source s on s.source_id = v.source
        left join ${names('agent')} a on a.agent_id = v.day_agent::int
    ), marked as (
      select *, ${ALL_FIRSTS} as firsts, hours as first_hours from dimensioned where alone
      union all
      select *, (row_number() over days = 1)::int | ${severalFirsts}, hours & ~coalesce(bit_or(hours) over before, 0)
      from dimensioned where not alone
      window days as (partition by day_no order by visit_no),
        before as (partition by day_no order by visit_no rows between unbounded preceding and 1 preceding)
    )
    select 1, alone, ${deltaColumns} from (select *, null::tid as extends, ${measures} from marked) v`);
}
