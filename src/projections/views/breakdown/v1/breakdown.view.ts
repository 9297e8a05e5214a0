import { sql, type RawBuilder } from 'kysely';
import { addToDays } from '../../../facts/frontier.ts';
import { isFirst } from '../../../facts/visit-delta.ts';
import type { Run } from '../../../facts/run.ts';
import type { View } from '../../view.ts';
import { BREAKDOWN_MEASURES, breakdownScratch, createBreakdownTables } from './breakdown.tables.ts';
import { METRICS, VISIT_COLUMNS } from './metrics.ts';

type VisitMetric = keyof typeof VISIT_COLUMNS;
const VISIT_METRICS = Object.keys(VISIT_COLUMNS) as VisitMetric[];

/**
 * A metric of visits. One small aggregate for each beats one pass with grouping sets: most visits have no utm value, and
 * a pass would carry the counts of all metrics through each.
 */
function visitDelta(metric: VisitMetric): RawBuilder<unknown> {
  const { column, first } = VISIT_COLUMNS[metric];
  return sql`
    select site_id, ${sql.lit(METRICS[metric].id)}, day, ${sql.ref(column)}, sum(sign * ${isFirst(first)}), sum(sign),
      sum(sign * pageviews), sum(sign * bounces), sum(sign * ms)
    from visit_delta where ${sql.ref(column)} is not null group by 1, 3, 4`;
}

const event = sql.lit(METRICS.event.id);

/** Events: visitors and visits with them, and how often they were sent. A visitor's first one is not known before. */
const eventDelta = sql`
  select site_id, ${event}, day, value, sum(visitors), sum(visits), sum(pageviews), 0, 0 from (
    select site_id, day, event as value, 0 as visitors, 0 as visits, 1 as pageviews
    from batch_hit where event is not null
    union all
    select site_id, day, event, 1, 0, 0
    from (select visitor, site_id, day, event from batch_hit where event is not null
      except select visitor, site_id, day, unnest(names) from old_visit where names is not null) x
    union all
    select site_id, day, unnest(names), 0, sign, 0 from visit_delta where names is not null) x
  group by 1, 3, 4`;

async function computeDelta(run: Run): Promise<void> {
  const all = [...VISIT_METRICS.map(visitDelta), eventDelta];
  await run(sql`insert into breakdown_delta (site_id, metric, day, value, visitors, visits, pageviews, bounces, ms)
    ${sql.join(all, sql` union all `)}`);
}

/** Metrics of visits and events a site and local day, rolled up to thirds of a month and months. */
export const breakdown: View = {
  name: 'breakdown',
  version: 1,
  tables: ['breakdown_day', 'breakdown_third', 'breakdown_month'],
  scratch: [breakdownScratch],
  create: createBreakdownTables,
  async fold(run, names, move) {
    await computeDelta(run);
    const table = {
      base: 'breakdown',
      delta: sql`breakdown_delta`,
      before: ['metric'],
      after: ['value'],
      measures: BREAKDOWN_MEASURES,
      scans: [...VISIT_METRICS.map((metric) => METRICS[metric].id), METRICS.event.id],
      sum: (measure: string) => sql`sum(${sql.ref(measure)})`,
      add: (measure: string) => sql`z.${sql.ref(measure)} + excluded.${sql.ref(measure)}`,
      // A late first hit gives a visit another source, and none may be left with the one it had.
      vanish: {
        takesAway: sql`d.visits < 0`,
        isEmpty: sql`z.visitors = 0 and z.visits = 0 and z.pageviews = 0 and z.bounces = 0 and z.ms = 0`,
      },
    };
    await addToDays(run, names, table, move);
  },
};
