import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../../../platform/database.ts';
import type { Names } from '../../facts/names.ts';
import { isFirst } from '../../facts/visits.ts';
import type { View } from '../view.ts';
import { breakdownScratch, createBreakdownTables } from './breakdown.tables.ts';
import { METRICS, VISIT_COLUMNS } from './metrics.ts';

/**
 * A metric of visits. One small aggregate for each beats one pass with grouping sets: most visits have no utm value, and
 * a pass would carry the counts of all metrics through each.
 */
function visitDelta(metric: keyof typeof VISIT_COLUMNS): RawBuilder<unknown> {
  const { column, first } = VISIT_COLUMNS[metric];
  return sql`
    select site_id, ${sql.lit(METRICS[metric].id)}, day, ${sql.ref(column)}, sum(sign * ${isFirst(first)}), sum(sign),
      sum(sign * pageviews), sum(sign * bounces), 0, 0, sum(sign * ms)
    from visit_delta where ${sql.ref(column)} is not null group by 1, 3, 4`;
}

const page = sql.lit(METRICS.pathname.id);
const event = sql.lit(METRICS.event.id);

/** Pages: who saw them first this day, visits with them, views, entries and bounces there, seconds. */
const pageDeltas = sql`
  select site_id, day, path, 0 as visitors, 0 as visits, count(*)::int as pageviews, 0 as bounces, 0 as entries,
    0 as timed, 0::bigint as ms
  from batch_hit where event is null and not engagement group by 1, 2, 3
  union all
  select site_id, day, path, count(*)::int, 0, 0, 0, 0, 0, 0
  from (select distinct visitor, site_id, day, path from batch_hit where event is null and not engagement
    except select visitor, site_id, day, unnest(coalesce(pages, steps)) from old_visit) x
  group by 1, 2, 3
  union all
  select site_id, day, path, 0, sum(sign)::int, 0, 0, 0, 0, 0
  from (select distinct sign, visitor, site_id, day, started_at, unnest(coalesce(pages, steps)) as path from visit_delta) x
  group by 1, 2, 3 having sum(sign) <> 0
  union all
  select site_id, day, entry, 0, 0, 0, sum(sign * bounces)::int, sum(sign)::int, 0, 0
  from visit_delta where entry is not null group by 1, 2, 3
  union all
  select site_id, day, path, 0, 0, 0, 0, 0, timed, ms from time_delta`;

/** Events: visitors and visits with them, and how often they were sent (`pageviews`). */
const eventDeltas = sql`
  select site_id, day, event as value, 0 as visitors, 0 as visits, count(*)::int as pageviews
  from batch_hit where event is not null group by 1, 2, 3
  union all
  select site_id, day, event, count(*)::int, 0, 0
  from (select distinct visitor, site_id, day, event from batch_hit where event is not null
    except select visitor, site_id, day, unnest(names) from old_visit) x
  group by 1, 2, 3
  union all
  select site_id, day, unnest(names), 0, sum(sign)::int, 0
  from visit_delta where names is not null group by 1, 2, 3 having sum(sign) <> 0`;

const columns = sql`site_id, metric, day, value, visitors, visits, pageviews, bounces, entries, timed, ms`;
const add = sql`visitors = z.visitors + excluded.visitors, visits = z.visits + excluded.visits,
  pageviews = z.pageviews + excluded.pageviews, bounces = z.bounces + excluded.bounces,
  entries = z.entries + excluded.entries, timed = z.timed + excluded.timed, ms = z.ms + excluded.ms`;
const isZero = sql`z.visitors = 0 and z.visits = 0 and z.pageviews = 0 and z.bounces = 0 and z.entries = 0
  and z.timed = 0 and z.ms = 0`;

const isNotZero = sql`sum(visitors) <> 0 or sum(visits) <> 0 or sum(pageviews) <> 0 or sum(bounces) <> 0`;

async function computeDelta(tx: Tx): Promise<void> {
  const visits = (Object.keys(VISIT_COLUMNS) as (keyof typeof VISIT_COLUMNS)[]).map(visitDelta);
  await sql`insert into breakdown_delta (${columns}) ${sql.join(visits, sql` union all `)}`.execute(tx);
  await sql`insert into breakdown_delta (${columns})
    select site_id, ${page}, day, path, sum(visitors), sum(visits), sum(pageviews), sum(bounces), sum(entries),
      sum(timed), sum(ms)
    from (${pageDeltas}) x group by 1, 3, 4
    having ${isNotZero} or sum(entries) <> 0 or sum(timed) <> 0 or sum(ms) <> 0`.execute(tx);
  await sql`insert into breakdown_delta (${columns})
    select site_id, ${event}, day, value, sum(visitors), sum(visits), sum(pageviews), 0, 0, 0, 0
    from (${eventDeltas}) x group by 1, 3, 4`.execute(tx);
}

/** Adds in key order, so that neighbours on a page of the index are touched together, and removes what came to 0. */
async function addTo(tx: Tx, table: RawBuilder<unknown>, day: RawBuilder<unknown>, delta: RawBuilder<unknown>) {
  await sql`insert into ${table} as z (${columns}) ${delta}
    on conflict (site_id, metric, day, value) do update set ${add}`.execute(tx);
  await sql`delete from ${table} z using breakdown_delta d
    where d.visits < 0 and z.site_id = d.site_id and z.metric = d.metric and z.day = ${day} and z.value = d.value
      and ${isZero}`.execute(tx);
}

/** Every metric of the API a site and local day, and a month: a year's pages are read from twelve months. */
export const breakdown: View = {
  name: 'breakdown',
  version: 1,
  tables: ['breakdown_day', 'breakdown_month'],
  scratch: [breakdownScratch],
  create: createBreakdownTables,
  async fold(tx, names) {
    await computeDelta(tx);
    await addTo(
      tx,
      names('breakdown_day'),
      sql`d.day`,
      sql`select ${columns} from breakdown_delta order by site_id, metric, day, value`,
    );
    const month = sql`date_trunc('month', d.day)::date`;
    await addTo(
      tx,
      names('breakdown_month'),
      month,
      sql`select site_id, metric, ${month}, value, sum(visitors), sum(visits), sum(pageviews), sum(bounces),
          sum(entries), sum(timed), sum(ms)
        from breakdown_delta d group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    );
  },
};
