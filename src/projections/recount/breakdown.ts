import { sql, type RawBuilder } from 'kysely';

import { DEVICE_CLASSES } from '../../domain/rules/v1/agent/device.ts';
import type { Tx } from '../../platform/database.ts';
import { METRICS, type Metric } from '../views/breakdown/v1/metrics.ts';
import { makeTemporary, temporary } from './temporary.ts';
import { typeOf, VISIT_SUMS } from './visits.ts';

export const BREAKDOWN_MEASURES = ['visitors', 'visits', 'pageviews', 'bounces', 'ms'] as const;

/** Makes `recount_breakdown`: a row a site, day, metric and value. Of events, `pageviews` counts how often they were sent. */
export async function makeBreakdown(tx: Tx): Promise<void> {
  const sums = BREAKDOWN_MEASURES.map((m) => sql`sum(${sql.ref(m)})::${sql.raw(typeOf(m))} as ${sql.ref(m)}`);
  await makeTemporary(
    tx,
    'breakdown',
    sql`select site_id, day, metric, value, ${sql.join(sums)}
      from (${bySource()} union all ${byVisitor()} union all ${byEvent()}) x group by 1, 2, 3, 4`,
    ['site_id', 'day', 'metric', 'value'],
  );
}

/** What the visit's first hit tells, and the host of its first page view. */
function bySource(): RawBuilder<unknown> {
  const values = list({
    referrer: sql`s.referrer`,
    channel: sql`s.channel`,
    utm_source: sql`s.utm_source`,
    utm_medium: sql`s.utm_medium`,
    utm_campaign: sql`s.utm_campaign`,
    utm_term: sql`s.utm_term`,
    utm_content: sql`s.utm_content`,
    hostname: sql`f.hostname`,
  });
  const valued = sql`join ${temporary('source')} s on s.source = v.source
    left join ${temporary('source')} f on f.source = v.view_source
    cross join lateral (values ${values}) m(metric, value) where m.value is not null`;
  return sql`
    select site_id, day, metric, value, sum(visits)::int as visitors, sum(visits)::int as visits, ${VISIT_SUMS}
    from (select site_id, day, source, view_source, count(*)::int as visits, ${VISIT_SUMS}
      from ${temporary('visit')} where not again group by 1, 2, 3, 4) v ${valued} group by 1, 2, 3, 4
    union all
    select site_id, day, metric, value, count(*)::int, sum(visits)::int, ${VISIT_SUMS} from (
      select site_id, day, metric, value, visitor, count(*)::int as visits, ${VISIT_SUMS}
      from (select * from ${temporary('visit')} where again) v ${valued} group by 1, 2, 3, 4, 5) x
    group by 1, 2, 3, 4`;
}

/** What the visitor's first hit of the day tells, of all visits of that day. */
function byVisitor(): RawBuilder<unknown> {
  const code = (device: (typeof DEVICE_CLASSES)[number]) => sql.lit(DEVICE_CLASSES.indexOf(device) + 1);
  const byAgent = sql`case ${sql.join(
    DEVICE_CLASSES.map((device) => sql`when a.device = ${sql.lit(device)} then ${code(device)}`),
    sql` `,
  )} end`;
  const byWidth = sql`case v.width when 1 then ${code('mobile')} when 2 then ${code('tablet')}
    when 3 then ${code('desktop')} end`;
  const days = sql`(
    select site_id, day, agent_id, country, width, 1 as visits, pageviews, bounces, ms
    from ${temporary('visit')} where not again
    union all
    select site_id, day, max(agent_id) filter (where visit_no = 1), max(country) filter (where visit_no = 1),
      max(width) filter (where visit_no = 1), count(*)::int, ${VISIT_SUMS}
    from ${temporary('visit')} where again group by site_id, day, visitor)`;
  const sums = sql`sum(visits)::int as visits, ${VISIT_SUMS}`;
  const values = list({
    browser: sql`a.browser`,
    os: sql`a.os`,
    // The user agent decides where it says phone, tablet or TV, or where there is no width.
    device: sql`case when a.device <> 'desktop' then ${byAgent} else coalesce(${byWidth}, ${byAgent}) end`,
  });
  return sql`
    select site_id, day, ${sql.lit(METRICS.country.id)}, (ascii(country) - 65) * 26 + ascii(substr(country, 2)) - 65,
      visitors, visits, pageviews, bounces, ms
    from (select site_id, day, country, count(*)::int as visitors, ${sums}
      from ${days} d where country is not null group by 1, 2, 3) d
    union all
    select site_id, day, metric, value, sum(visitors)::int, ${sums} from (
      select site_id, day, agent_id, width, count(*)::int as visitors, ${sums} from ${days} d group by 1, 2, 3, 4) v
      join ${temporary('agent')} a using (agent_id)
      cross join lateral (values ${values}) m(metric, value)
    where m.value is not null group by 1, 2, 3, 4`;
}

function byEvent(): RawBuilder<unknown> {
  return sql`
    select site_id, day, ${sql.lit(METRICS.event.id)}, event, count(*)::int, sum(visits)::int, sum(times)::int, 0, 0 from (
      select site_id, day, event, visitor, count(*)::int as visits, sum(times)::int as times from (
        select site_id, day, event, visitor, visit_no, count(*)::int as times
        from ${temporary('session')} cross join unnest(names) event where names is not null group by 1, 2, 3, 4, 5) x
      group by 1, 2, 3, 4) x
    group by 1, 2, 4`;
}

function list(values: Partial<Record<Metric, RawBuilder<unknown>>>): RawBuilder<unknown> {
  const rows = Object.entries(values).map(([metric, value]) => {
    return sql`(${sql.lit(METRICS[metric as Metric].id)}, (${value})::bigint)`;
  });
  return sql.join(rows);
}
