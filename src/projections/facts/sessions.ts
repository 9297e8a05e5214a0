import { sql } from 'kysely';
import type { Names } from './names.ts';
import type { Rules } from './rules.ts';
import type { Run } from './run.ts';

type Limits = Pick<Rules, 'visitGapMs' | 'longestViewMs'>;

/**
 * Engagement reports of the replayed visitor-days, summed onto the view they belong to: the latest one of that path at
 * or before them. Without one they are kept and not used.
 */
async function readEngaged(run: Run, names: Names, { longestViewMs }: Limits): Promise<void> {
  await run(sql`insert into engaged (position, version, ms)
    with report as (
      select h.visitor, h.site_id, h.day, v.version, h.at, h.position, h.path, h.ms, h.engagement
      from touched t
        cross join lateral (select * from ${names('hit')} h
          where h.site_id = t.site_id and h.day = t.day and h.visitor = t.visitor and h.event is null offset 0) h
        cross join (values (0), (1)) v(version)
      where t.replay
      union all
      select b.visitor, b.site_id, b.day, 1, b.at, b.position, b.path, b.ms, b.engagement
      from batch_hit b join touched t using (visitor, site_id, day)
      where t.replay and b.event is null
    ), numbered as (
      select *, count(*) filter (where not engagement) over (
        partition by visitor, site_id, day, version, path order by at, position) as view_no
      from report
    )
    select max(position) filter (where not engagement), version,
      least(sum(ms) filter (where engagement), ${sql.lit(longestViewMs)})::int
    from numbered where view_no > 0
    group by visitor, site_id, day, version, path, view_no
    having sum(ms) filter (where engagement) is not null`);
}

/**
 * Fills `session_hit`: hits in order of (time, position), each with its visit's number. Where a visitor-day is not
 * replayed, its last visit goes in as one piece, which new hits can only extend or follow.
 */
export async function numberVisits(run: Run, names: Names, limits: Limits, replays: boolean): Promise<void> {
  if (replays) await readEngaged(run, names, limits);
  const gap = sql`interval '${sql.raw(String(limits.visitGapMs))} milliseconds'`;
  const replayed = sql`
      union all
      select h.visitor, h.site_id, h.day, v.version, h.at, h.at, h.position, false, true, h.event is null, h.path,
        h.source, h.event, h.hour, h.ms, e.ms, h.agent_id, h.country, h.device
      from touched t
        cross join lateral (select * from ${names('hit')} h where h.site_id = t.site_id and h.day = t.day
          and h.visitor = t.visitor and not h.engagement offset 0) h
        cross join (values (0), (1)) v(version)
        left join engaged e on e.position = h.position and e.version = v.version
      where t.replay`;
  const newEngaged = sql`left join engaged e on e.position = b.position and e.version = 1`;
  await run(sql`insert into session_hit
    with piece as (
      select b.visitor, b.site_id, b.day, 1 as version, b.at, b.at as last_at, b.position, false as old, t.replay,
        b.event is null as is_view, b.path, b.source, b.event, b.hour, b.ms,
        ${replays ? sql`e.ms` : sql`null::int`} as engaged_ms, b.agent_id, b.country, b.device
      from batch_hit b join touched t using (visitor, site_id, day) ${replays ? newEngaged : sql``}
      where not b.engagement
      union all
      select o.visitor, o.site_id, o.day, 1, o.started_at, o.last_at, -1, true, false, o.exit is not null, o.exit,
        o.source, null, o.hour, null, o.exit_ms, o.agent_id, o.country, o.device
      from old_visit o join touched t using (visitor, site_id, day)
      where o.is_last and not t.replay
      ${replays ? replayed : sql``}
    ), gap as (
      select *, case when at - lag(last_at) over w < ${gap} then 0 else 1 end as starts,
        first_value(agent_id) over w as first_agent, first_value(country) over w as first_country,
        first_value(device) over w as first_device
      from piece window w as (partition by visitor, site_id, day, version order by at, position)
    ), numbered as (
      select *, sum(starts) over w as visit_no, coalesce(lead(starts) over w, 1) = 1 as is_last
      from gap window w as (partition by visitor, site_id, day, version order by at, position)
    )
    select visitor, site_id, day, version, visit_no, row_number() over w, at, last_at, old, replay, is_view, path,
      lag(path) over w, lag(engaged_ms) over w, source, event, hour, ms, engaged_ms, first_agent, first_country,
      first_device, starts = 1, is_last, row_number() over w = 1, lead(1) over w is null
    from numbered window w as (partition by visitor, site_id, day, version, visit_no, is_view order by at, position)
  `);
}

/**
 * Fills `time_delta`. A view has the time of its engagement reports; without one, the `t` that the next view of the
 * visit brought.
 */
export async function measureTime(run: Run, { longestViewMs }: Limits): Promise<void> {
  await run(sql`insert into time_delta (site_id, day, path, ms, timed)
    select site_id, day, path, (version * 2 - 1) * engaged_ms, version * 2 - 1
    from session_hit where replay and is_view and engaged_ms is not null
    union all
    select site_id, day, previous_path, (version * 2 - 1) * least(ms, ${sql.lit(longestViewMs)}), version * 2 - 1
    from session_hit
    where is_view and ms is not null and previous_path is not null and previous_engaged is null`);
}
