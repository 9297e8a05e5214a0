import { sql, type RawBuilder } from 'kysely';
import type { FrontierMove } from '../../../facts/frontier.ts';
import type { Names } from '../../../facts/names.ts';
import { isFirst } from '../../../facts/visit-delta.ts';
import type { Run } from '../../../facts/run.ts';
import type { View } from '../../view.ts';
import { createSummaryTables } from './summary.tables.ts';

const add = sql`visitors = z.visitors + excluded.visitors, visits = z.visits + excluded.visits,
  pageviews = z.pageviews + excluded.pageviews, events = z.events + excluded.events,
  bounces = z.bounces + excluded.bounces, ms = z.ms + excluded.ms`;

async function foldDays(run: Run, names: Names, { fresh }: FrontierMove): Promise<void> {
  await run(sql`insert into ${names('summary_day')} as z (site_id, day, visitors, visits, pageviews, events, bounces, ms)
    select site_id, day, sum(sign * ${isFirst('visit')}), sum(sign), sum(sign * pageviews), sum(sign * events),
      sum(sign * bounces), sum(sign * ms)
    from visit_delta group by 1, 2 order by 1, 2
    ${fresh?.day === true ? sql`` : sql`on conflict (site_id, day) do update set ${add}`}`);
}

/** Visits, bounces and durations stand in the hour a visit started; page views and events in their own. */
async function foldHours(run: Run, names: Names, { fresh }: FrontierMove): Promise<void> {
  const visitors: RawBuilder<unknown> = sql`
    select site_id, day, h as hour, sum(sign) as visitors, 0 as visits, 0 as pageviews, 0 as events, 0 as bounces, 0 as ms
    from (select site_id, day, first_hours, sum(sign) as sign from visit_delta group by 1, 2, 3) d
      join generate_series(0, 23) h on (first_hours >> h) & 1 = 1
    group by 1, 2, 3`;
  await run(sql`insert into ${names('summary_hour')} as z
      (site_id, day, hour, visitors, visits, pageviews, events, bounces, ms)
    select site_id, day, hour, sum(visitors), sum(visits), sum(pageviews), sum(events), sum(bounces), sum(ms) from (
      ${visitors}
      union all
      select site_id, day, hour, 0, sum(sign), 0, 0, sum(sign * bounces), sum(sign * ms)
      from visit_delta group by 1, 2, 3
      union all
      select site_id, day, hour, 0, 0, count(*) filter (where event is null), count(event), 0, 0
      from batch_hit where not engagement group by 1, 2, 3) x
    group by 1, 2, 3 order by 1, 2, 3
    ${fresh?.day === true ? sql`` : sql`on conflict (site_id, day, hour) do update set ${add}`}`);
  if (fresh !== undefined) return;
  // A late hit can merge two visits and leave nothing behind in the hour where the second had started.
  await run(sql`delete from ${names('summary_hour')} z using (
      select y.row_id from (select distinct site_id, day, hour from visit_delta where sign < 0) d cross join lateral (
        select z.ctid as row_id from ${names('summary_hour')} z
        where z.site_id = d.site_id and z.day = d.day and z.hour = d.hour and z.visitors = 0 and z.visits = 0
          and z.pageviews = 0 and z.events = 0 and z.bounces = 0 and z.ms = 0 offset 0) y) x
    where z.ctid = x.row_id`);
}

/** Visitors, visits, page views, events, bounces and seconds a site and local day, and a local hour. */
export const summary: View = {
  name: 'summary',
  version: 1,
  tables: ['summary_day', 'summary_hour'],
  create: createSummaryTables,
  async fold(run, names, move) {
    await foldDays(run, names, move);
    await foldHours(run, names, move);
  },
};
