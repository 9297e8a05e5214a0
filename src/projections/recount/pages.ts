import { sql, type RawBuilder } from 'kysely';

import type { Tx } from '../../platform/database.ts';
import { scrolledPages } from './measures.ts';
import type { Scope } from './scope.ts';
import { makeTemporary, temporary } from './temporary.ts';
import { VISIT_SUMS, visitsBy } from './visits.ts';

export const PAGES_MEASURES = [
  'visitors', 'visits', 'pageviews', 'timed', 'ms',
  'entry_visitors', 'entries', 'entry_pageviews', 'entry_bounces', 'entry_ms',
  'exit_visitors', 'exits', 'exit_pageviews', 'exit_bounces', 'exit_ms',
] as const;
/** Of the view from version 2 on. */
export const SCROLL_MEASURES = ['scroll', 'scrolled'] as const;

/**
 * Makes `recount_pages`: a row a site, day and page, by the key of its text. What was entered or left was seen, so that
 * the pages seen are all that there are.
 */
export async function makePages(tx: Tx, scope: Scope, withScroll: boolean): Promise<void> {
  const page = sql`using (site_id, day, path)`;
  const again = sql`(select site_id, day, path, count(*)::int as visitors
    from (select distinct site_id, day, path, visitor from ${seen(scope)} where again) x group by 1, 2, 3)`;
  await makeTemporary(
    tx,
    'pages',
    sql`select site_id, day, path, s.visitors + coalesce(a.visitors, 0) as visitors, s.visits, s.pageviews, s.timed, s.ms,
        n.visitors as entry_visitors, n.visits as entries, n.pageviews as entry_pageviews, n.bounces as entry_bounces,
        n.ms as entry_ms, x.visitors as exit_visitors, x.visits as exits, x.pageviews as exit_pageviews,
        x.bounces as exit_bounces, x.ms as exit_ms ${withScroll ? sql`, d.scroll, d.scrolled` : sql``}
      from (select site_id, day, path, count(*) filter (where is_first and not again)::int as visitors,
          count(*) filter (where is_first)::int as visits, count(*)::int as pageviews, count(time)::int as timed,
          coalesce(sum(time), 0)::float8 as ms
        from ${seen(scope)} group by 1, 2, 3) s
      left join ${again} a ${page}
      left join ${visitsOf(sql`v.entry`)} n ${page}
      left join ${visitsOf(sql`v.exit`)} x ${page}
      ${withScroll ? sql`left join ${scrolledPages()} d ${page}` : sql``}`,
    ['site_id', 'day', 'path'],
  );
}

function visitsOf(page: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select site_id, day, path, sum(visitors)::int as visitors, sum(visits)::int as visits, ${VISIT_SUMS}
    from ${visitsBy('path', page)} v group by 1, 2, 3)`;
}

/**
 * The page views. `is_first`: of this page in its visit. A view lasts as its reports say, else as long as the next view
 * of the visit says by its `t`; else nobody knows.
 */
function seen({ rules }: Scope): RawBuilder<unknown> {
  return sql`(
    select s.site_id, s.day, s.visitor, s.path, array_position(s.pages, s.path) = s.n as is_first, s.again,
      coalesce(e.ms, case when s.next_t is not null then least(s.next_t, ${sql.lit(rules.longestViewMs)}) end) as time
    from (select s.site_id, s.day, s.visitor, s.again, s.pages, unnest(s.pages) as path,
        generate_subscripts(s.pages, 1) as n, unnest(s.ts[2:]) as next_t, unnest(s.positions) as position
      from ${temporary('session')} s where s.pages is not null) s
      left join ${temporary('engaged')} e on e.position = s.position) seen`;
}
