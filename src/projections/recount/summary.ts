import { sql, type RawBuilder } from 'kysely';

import type { Tx } from '../../platform/database.ts';
import { counted, type Judged } from './counted.ts';
import type { Scope, Span } from './scope.ts';
import { makeTemporary, temporary } from './temporary.ts';

export const SUMMARY_MEASURES = ['visitors', 'visits', 'pageviews', 'events', 'bounces', 'ms'] as const;
/** Those that hits alone tell. */
export const HIT_MEASURES = ['visitors', 'pageviews', 'events'] as const;

/** Makes `recount_hour`: what was counted in each hour, straight from the hits. Hours with reports alone have a row, too. */
export async function makeHours(tx: Tx, scope: Scope, judged: Judged, span: Span): Promise<void> {
  const hits = counted(scope, judged, span, 'any', ['site_id', 'day', 'hour', 'is_view', 'is_hit']);
  await makeTemporary(
    tx,
    'hour',
    sql`select site_id, day, hour, count(*) filter (where is_view) as pageviews,
      count(*) filter (where is_hit and not is_view) as events, bool_or(is_hit) as has_hits
      from ${hits} h group by 1, 2, 3`,
  );
}

/** Makes `recount_mask`: how many visitors were there in which hours of a day, a bit an hour. From hits alone. */
export async function makeMasksOfHits(tx: Tx, scope: Scope, judged: Judged, span: Span): Promise<void> {
  const hits = counted(scope, judged, span, 'hit', ['visitor', 'site_id', 'day', 'hour']);
  await makeMasks(tx, sql`(select visitor, site_id, day, bit_or(1 << hour) as hours from ${hits} h group by 1, 2, 3)`);
}

/** The same from the visits. */
export async function makeMasksOfVisits(tx: Tx): Promise<void> {
  const visits = temporary('visit');
  await makeMasks(tx, sql`(select site_id, day, hours from ${visits} where not again
    union all
    select site_id, day, bit_or(hours) from ${visits} where again group by site_id, day, visitor)`);
}

async function makeMasks(tx: Tx, days: RawBuilder<unknown>): Promise<void> {
  await makeTemporary(tx, 'mask', sql`select site_id, day, hours, count(*) as visitors from ${days} d group by 1, 2, 3`);
}

const zeros = sql`0 as visits, 0 as pageviews, 0 as events, 0 as bounces, 0 as ms`;

/** A row a site and day. Of days with reports alone there is none. */
export function summaryOfDays(withVisits: boolean): RawBuilder<unknown> {
  const visits = sql`union all select site_id, day, 0, count(*), 0, 0, sum(bounces), sum(ms)
    from ${temporary('visit')} group by 1, 2`;
  return sql`(select site_id, day, ${sums()} from (
    select site_id, day, visitors, ${zeros} from ${temporary('mask')}
    union all
    select site_id, day, 0, 0, pageviews, events, 0, 0 from ${temporary('hour')} where has_hits
    ${withVisits ? visits : sql``}) x group by 1, 2)`;
}

/** A row a site, day and hour. Visits, bounces and durations stand in the hour in which a visit began. */
export function summaryOfHours(withVisits: boolean): RawBuilder<unknown> {
  const visits = sql`union all select site_id, day, hour, 0, count(*), 0, 0, sum(bounces), sum(ms)
    from ${temporary('visit')} group by 1, 2, 3`;
  return sql`(select site_id, day, hour, ${sums()} from (
    select site_id, day, h as hour, visitors, ${zeros} from ${temporary('mask')}
      join generate_series(0, 23) h on (hours >> h) & 1 = 1
    union all
    select site_id, day, hour, 0, 0, pageviews, events, 0, 0 from ${temporary('hour')} where has_hits
    ${withVisits ? visits : sql``}) x group by 1, 2, 3)`;
}

const sums = (): RawBuilder<unknown> =>
  sql.join(SUMMARY_MEASURES.map((measure) => sql`sum(${sql.ref(measure)}) as ${sql.ref(measure)}`));
