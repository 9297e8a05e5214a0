import { sql } from 'kysely';
import type { Names } from './names.ts';
import type { Rules } from './rules.ts';
import type { Run } from './run.ts';
import { isMeasured, measuresOfReports, vitalRows, VITALS } from './vitals.ts';

type Limits = Pick<Rules, 'visitGapMs' | 'longestViewMs'>;

const vitalColumns = sql.join(VITALS.map(({ column }) => sql.ref(column)));

/**
 * Engagement reports of the replayed visitor-days, put together for the view they belong to: the latest one of that path
 * at or before them. Without one they are kept and not used.
 */
async function readEngaged(run: Run, names: Names, { longestViewMs }: Limits): Promise<void> {
  await run(sql`insert into engaged (position, path, site_id, day, version, ms, scroll, ${vitalColumns})
    with report as (
      select h.visitor, h.site_id, h.day, v.version, h.at, h.position, h.path, h.ms, h.engagement, h.scroll,
        ${vitalColumns}
      from touched t
        cross join lateral (select * from ${names('hit')} h
          where h.site_id = t.site_id and h.day = t.day and h.visitor = t.visitor and h.event is null offset 0) h
        cross join (values (0), (1)) v(version)
      where t.replay
      union all
      select b.visitor, b.site_id, b.day, 1, b.at, b.position, b.path, b.ms, b.engagement, b.scroll, ${vitalColumns}
      from batch_hit b join touched t using (visitor, site_id, day)
      where t.replay and b.event is null
    ), numbered as (
      select *, count(*) filter (where not engagement) over w as view_no, row_number() over w as place
      from report window w as (partition by visitor, site_id, day, version, path order by at, position)
    ), measured as (
      select max(position) filter (where not engagement) as position, path, site_id, day, version,
        ${measuresOfReports(longestViewMs)}
      from numbered where view_no > 0
      group by visitor, site_id, day, version, path, view_no
    )
    select * from measured where ms is not null or ${isMeasured}`);
}

/** What a page view tells of the view before it. Of a visitor-day that is not replayed nobody tells anything. */
const ofView = (hit: 'h' | 'b') =>
  sql.join(
    ['scroll', ...VITALS.map(({ column }) => column)].map(
      (column) => sql`case when ${sql.ref(`${hit}.event`)} is null then ${sql.ref(`${hit}.${column}`)} end as ${sql.ref(column)}`,
    ),
  );
const nothing = sql`null::smallint as scroll, ${sql.join(VITALS.map(({ column }) => sql`null::int as ${sql.ref(column)}`))}`;

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
        h.source, h.event, h.hour, h.ms, e.ms, h.agent_id, h.country, h.device, h.passive, ${ofView('h')}
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
        ${replays ? sql`e.ms` : sql`null::int`} as engaged_ms, b.agent_id, b.country, b.device, b.passive,
        ${replays ? ofView('b') : nothing}
      from batch_hit b join touched t using (visitor, site_id, day) ${replays ? newEngaged : sql``}
      where not b.engagement
      union all
      select o.visitor, o.site_id, o.day, 1, o.started_at, o.last_at, -1, true, false, o.exit is not null, o.exit,
        o.source, null, o.hour, null, o.exit_ms, o.agent_id, o.country, o.device, false, ${nothing}
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
      first_device, starts = 1, is_last, row_number() over w = 1, lead(1) over w is null, passive,
      ${replays ? sql`lag(position) over w` : sql`null::bigint`}, scroll, ${vitalColumns}
    from numbered window w as (partition by visitor, site_id, day, version, visit_no, is_view order by at, position)
  `);
}

/**
 * Fills `time_delta` and `vital_delta`. A view has the time, scroll and vitals of its engagement reports; those of them
 * that no report tells, the next view of the visit may have brought. Scroll and vitals are of replayed days alone.
 */
export async function measureViews(run: Run, { longestViewMs }: Limits, replays: boolean): Promise<void> {
  await run(sql`insert into time_delta (site_id, day, path, ms, timed)
    select site_id, day, path, (version * 2 - 1) * engaged_ms, version * 2 - 1
    from session_hit where replay and is_view and engaged_ms is not null
    union all
    select site_id, day, previous_path, (version * 2 - 1) * least(ms, ${sql.lit(longestViewMs)}), version * 2 - 1
    from session_hit
    where is_view and ms is not null and previous_path is not null and previous_engaged is null`);
  if (!replays) return;
  await run(sql`insert into time_delta (site_id, day, path, ms, timed, scroll, scrolled)
    select site_id, day, path, 0, 0, (version * 2 - 1) * scroll, version * 2 - 1 from engaged where scroll is not null
    union all
    select s.site_id, s.day, s.previous_path, 0, 0, (s.version * 2 - 1) * s.scroll, s.version * 2 - 1
    from session_hit s left join engaged e on e.position = s.previous_position and e.version = s.version
    where s.scroll is not null and s.previous_path is not null and e.scroll is null`);
  await run(sql`insert into vital_delta (site_id, day, path, metric, value, n)
    select e.site_id, e.day, e.path, m.metric, m.value, e.version * 2 - 1
    from engaged e cross join lateral ${vitalRows('e')} where m.value is not null
    union all
    select s.site_id, s.day, s.previous_path, m.metric, m.value, s.version * 2 - 1
    from (select * from session_hit where previous_path is not null and ${isMeasured}) s
      left join engaged e on e.position = s.previous_position and e.version = s.version
      cross join lateral ${vitalRows('s')} left join lateral ${vitalRows('e', 'r')} on r.metric = m.metric
    where m.value is not null and r.value is null`);
}
