import { sql } from 'kysely';
import type { Rules } from '../facts/rules.ts';
import type { Run } from '../facts/run.ts';
import { isMeasured, measuresOfReports, vitalRows, VITALS } from '../facts/vitals.ts';

type Limits = Pick<Rules, 'longestViewMs'>;

const vitalColumns = sql.join(VITALS.map(({ column }) => sql.ref(column)));
const known = (column: string) => sql`(${sql.ref(column)} is not null)::int`;

/**
 * Fills `time_delta` and `vital_delta`: a view has what its engagement reports say; what they do not, the next view of
 * the visit may have brought. See `readEngaged` and `measureViews` of `facts/sessions.ts`. Few pages of a visitor-day have
 * any report.
 */
export async function measureDayViews(run: Run, { longestViewMs }: Limits): Promise<void> {
  await run(sql`
    with reported as (
      select distinct visitor, day, path from batch_hit where engagement and (ms is not null or ${isMeasured})
    ), numbered as (
      select b.visitor, b.day, b.path, b.n, b.ms, b.engagement, b.scroll, ${vitalColumns},
        count(b.n) over w as view_no, row_number() over w as place
      from batch_hit b join reported r on r.visitor = b.visitor and r.day = b.day and r.path = b.path
      where b.event is null
      window w as (partition by b.visitor, b.day, b.path order by b.at, b.position rows unbounded preceding)
    ), summed as (
      select max(n) as n, day, path, ${measuresOfReports(longestViewMs)}
      from numbered where view_no > 0
      group by visitor, day, path, view_no
    ), measured as (
      select * from summed where ms is not null or ${isMeasured}
    ), timed as (
      insert into time_delta (site_id, day, path, ms, timed, scroll, scrolled)
      select f.site_id, m.day, m.path, coalesce(m.ms, 0), ${known('m.ms')}, coalesce(m.scroll, 0), ${known('m.scroll')}
      from measured m cross join site_frontier f
    ), rated as (
      insert into vital_delta (site_id, day, path, metric, value, n)
      select f.site_id, v.day, v.path, m.metric, m.value, 1
      from measured v cross join site_frontier f cross join lateral ${vitalRows('v')} where m.value is not null
    )
    insert into build_engaged (n, ms, scroll, ${vitalColumns}) select n, ms, scroll, ${vitalColumns} from measured`);
  const told = (column: string) =>
    sql`case when e.${sql.ref(column)} is null then b.${sql.ref(column)} end as ${sql.ref(column)}`;
  await run(sql`
    with told as (
      select b.site_id, b.day, coalesce(p.path, b.previous_path) as path, ${told('ms')}, ${told('scroll')},
        ${sql.join(VITALS.map(({ column }) => told(column)))}
      from (select * from batch_hit where last_view is not null and (ms is not null or ${isMeasured})) b
        left join build_previous p on p.n = b.n left join build_engaged e on e.n = b.last_view
    ), rated as (
      insert into vital_delta (site_id, day, path, metric, value, n)
      select t.site_id, t.day, t.path, m.metric, m.value, 1
      from told t cross join lateral ${vitalRows('t')} where m.value is not null
    )
    insert into time_delta (site_id, day, path, ms, timed, scroll, scrolled)
    select site_id, day, path, least(coalesce(ms, 0), ${sql.lit(longestViewMs)}), ${known('ms')}, coalesce(scroll, 0),
      ${known('scroll')}
    from told where ms is not null or scroll is not null`);
}
