import { sql, type RawBuilder } from 'kysely';

import type { Tx } from '../../platform/database.ts';
import { KINDS, VITAL_NAMES, VITALS } from '../views/vitals/v1/kinds.ts';
import { counted, type Judged } from './counted.ts';
import type { Scope, Span } from './scope.ts';
import { dropTemporary, makeTemporary, temporary } from './temporary.ts';

export const VITALS_KEYS = ['vital', 'path', 'value'] as const;
export const VITALS_MEASURES = ['n'] as const;

const MEASURED = ['scroll', ...VITAL_NAMES] as const;
const columns = sql.join(MEASURED.map((name) => sql.ref(name)));

/**
 * Makes `recount_measured`: the page views of which it is known how deep they were scrolled, or how fast they were. Each
 * measure by itself: what the reports on the view say, the deepest scroll and the last of each vital; where none says
 * it, what the next view of the visit brought.
 */
export async function makeMeasured(tx: Tx, scope: Scope, judged: Judged, span: Span): Promise<void> {
  const told = ['visitor', 'site_id', 'day', 'path', 'at', 'position', 'is_view', ...MEASURED] as const;
  await makeTemporary(tx, 'told', sql`select * from ${counted(scope, judged, span, 'measured', told)} t`, [
    'visitor', 'day', 'site_id', 'position',
  ]);
  await makeTemporary(
    tx,
    'asked',
    sql`select visitor, site_id, day, unnest(pages) as path, unnest(ats) as at, unnest(positions) as position,
        unnest(positions[2:]) as next
      from ${temporary('session')} s where pages is not null and exists (select from ${temporary('told')} t
        where t.visitor = s.visitor and t.day = s.day and t.site_id = s.site_id)`,
    ['position'],
  );
  const lasts = VITAL_NAMES.map((name) => {
    const value = sql.ref(name);
    return sql`(array_agg(${value} order by at desc, position desc) filter (where ${value} is not null))[1] as ${value}`;
  });
  const nothing = sql.join(MEASURED.map(() => sql`null::int`));
  await makeTemporary(
    tx,
    'reported',
    sql`select max(position) filter (where is_view) as position, max(scroll) as scroll, ${sql.join(lasts)}
      from (
        select *, count(*) filter (where is_view) over (
          partition by visitor, day, site_id, path order by at, position) as view_no
        from (
          select visitor, site_id, day, path, at, position, false as is_view, ${columns}
          from ${temporary('told')} where not is_view
          union all
          select visitor, site_id, day, path, at, position, true, ${nothing} from ${temporary('asked')}) x) x
      where view_no > 0
      group by visitor, day, site_id, path, view_no`,
    ['position'],
  );
  const either = MEASURED.map((name) => sql`coalesce(r.${sql.ref(name)}, n.${sql.ref(name)}) as ${sql.ref(name)}`);
  await makeTemporary(
    tx,
    'measured',
    sql`select a.site_id, a.day, a.path, ${sql.join(either)}
      from ${temporary('asked')} a
        left join ${temporary('reported')} r on r.position = a.position
        left join ${temporary('told')} n on n.position = a.next`,
  );
  for (const name of ['told', 'asked', 'reported']) await dropTemporary(tx, name);
}

/** The sums of scrolled percents, and the views that they are of. */
export const scrolledPages = (): RawBuilder<unknown> => sql`(select site_id, day, path, sum(scroll)::float8 as scroll,
  count(scroll)::int as scrolled from ${temporary('measured')} group by 1, 2, 3)`;

/**
 * Makes `recount_vitals`: page views by what they measured, to three digits; those of each page, of all pages, and how
 * many they are.
 */
export async function makeVitals(tx: Tx): Promise<void> {
  const values = VITAL_NAMES.map((name) => {
    const value = sql.ref(name);
    return sql`(${sql.lit(VITALS[name].id)}, round(${value}::numeric, least(0, 3 - length(${value}::text)))::int)`;
  });
  const kinds = sql`(values (${sql.lit(KINDS.page)}, v.path, v.value), (${sql.lit(KINDS.site)}, 0, v.value),
    (${sql.lit(KINDS.views)}, v.path, 0)) k(kind, path, value)`;
  await makeTemporary(
    tx,
    'vitals',
    sql`select v.site_id, v.day, v.metric + k.kind as vital, k.path, k.value, sum(v.n)::int as n
      from (
        select m.site_id, m.day, m.path, x.metric, x.value, count(*) as n
        from ${temporary('measured')} m cross join lateral (values ${sql.join(values)}) x(metric, value)
        where x.value is not null group by 1, 2, 3, 4, 5) v
      cross join lateral ${kinds}
      group by 1, 2, 3, 4, 5`,
    ['site_id', 'day', 'vital', 'path', 'value'],
  );
}
