import { sql, type RawBuilder } from 'kysely';

import type { Tx } from '../../platform/database.ts';
import type { Scope } from './scope.ts';
import { makeTemporary, temporary } from './temporary.ts';
import { typeOf, visitsBy } from './visits.ts';

export const PAGES_MEASURES = [
  'visitors', 'visits', 'pageviews', 'timed', 'ms',
  'entry_visitors', 'entries', 'entry_pageviews', 'entry_bounces', 'entry_ms',
  'exit_visitors', 'exits', 'exit_pageviews', 'exit_bounces', 'exit_ms',
] as const;
type Measure = (typeof PAGES_MEASURES)[number];

/** Makes `recount_pages`: a row a site, day and page, by the key of its text. */
export async function makePages(tx: Tx, scope: Scope): Promise<void> {
  const parts = [
    part(
      {
        visitors: sql`count(*) filter (where is_first and not again)::int`,
        visits: sql`count(*) filter (where is_first)::int`,
        pageviews: sql`count(*)::int`,
        timed: sql`count(time)::int`,
        ms: sql`coalesce(sum(time), 0)::float8`,
      },
      sql`${seen(scope)} group by 1, 2, 3`,
    ),
    // Who came back that day may have seen it before.
    part(
      { visitors: sql`count(*)::int` },
      sql`(select distinct site_id, day, path, visitor from ${seen(scope)} where again) x group by 1, 2, 3`,
    ),
    part(
      {
        entry_visitors: sql`visitors`,
        entries: sql`visits`,
        entry_pageviews: sql`pageviews`,
        entry_bounces: sql`bounces`,
        entry_ms: sql`ms`,
      },
      sql`${visitsBy('path', sql`v.entry`)} x`,
    ),
    part(
      {
        exit_visitors: sql`visitors`,
        exits: sql`visits`,
        exit_pageviews: sql`pageviews`,
        exit_bounces: sql`bounces`,
        exit_ms: sql`ms`,
      },
      sql`${visitsBy('path', sql`v.exit`)} x`,
    ),
  ];
  const sums = PAGES_MEASURES.map((m) => sql`sum(${sql.ref(m)})::${sql.raw(typeOf(m))} as ${sql.ref(m)}`);
  await makeTemporary(
    tx,
    'pages',
    sql`select site_id, day, path, ${sql.join(sums)} from (${sql.join(parts, sql` union all `)}) x group by 1, 2, 3`,
    ['site_id', 'day', 'path'],
  );
}

function part(measures: Partial<Record<Measure, RawBuilder<unknown>>>, from: RawBuilder<unknown>): RawBuilder<unknown> {
  const values = PAGES_MEASURES.map((m) => sql`${measures[m] ?? sql`0::${sql.raw(typeOf(m))}`} as ${sql.ref(m)}`);
  return sql`select site_id, day, path, ${sql.join(values)} from ${from}`;
}

/**
 * The page views. `is_first`: of this page in its visit. A view lasts as its reports say, else as long as the next view
 * of the visit says by its `t`; else nobody knows.
 */
function seen({ rules }: Scope): RawBuilder<unknown> {
  return sql`(
    select s.site_id, s.day, s.visitor, u.path, array_position(s.pages, u.path) = u.n as is_first, s.again,
      coalesce(e.ms, case when u.next_t is not null then least(u.next_t, ${sql.lit(rules.longestViewMs)}) end) as time
    from (select s.*, a.visitor is not null as again
        from ${temporary('session')} s left join ${temporary('session')} a
          on a.visitor = s.visitor and a.day = s.day and a.site_id = s.site_id and a.visit_no = 2) s
      cross join unnest(s.pages, s.ts[2:], s.positions) with ordinality u(path, next_t, position, n)
      left join ${temporary('engaged')} e on e.position = u.position) seen`;
}
