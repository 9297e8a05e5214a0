import { sql, type RawBuilder } from 'kysely';
import type { Names } from './names.ts';
import type { Run } from './run.ts';
import { termId } from './terms.ts';

/** The dimensions that a "first of this visitor-day" is kept of; the bit's number is the place in this list. */
export const FIRSTS = [
  'visit',
  'entry',
  'exit',
  'referrer',
  'channel',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
  'hostname',
  'sequence',
] as const;

/** 1 where the visit is the first of its visitor-day with this value, as SQL over `visit_delta`. */
export function isFirst(dimension: (typeof FIRSTS)[number]) {
  return sql<number>`((firsts >> ${sql.lit(FIRSTS.indexOf(dimension))}) & 1)`;
}

export const ALL_FIRSTS = sql.lit((1 << FIRSTS.length) - 1);

const dimensions = (names: Names, visits: RawBuilder<unknown>) => sql`
  select v.*, a.browser, a.os, s.referrer, s.channel::bigint as channel, s.utm_source, s.utm_medium, s.utm_campaign,
    s.utm_term, s.utm_content, v.steps[1] as entry,
    case when v.steps is not null then ${termId(sql`v.steps::text`)} end as sequence
  from ${visits} v
    left join lateral (select * from ${names('agent')} a where a.agent_id = v.agent_id offset 0) a on true
    left join lateral (select * from ${names('source')} s
      where s.site_id = v.site_id and s.source_id = v.source offset 0) s on true`;

export const deltaColumns = sql`visitor, started_at, last_at, source, hostname, exit, site_id, day, agent_id, pageviews,
  events, passive, exit_ms, hours, hour, country, device, ends_in_view, steps, pages, names, extends, bounces, ms, firsts,
  first_hours, browser, os, referrer, channel, utm_source, utm_medium, utm_campaign, utm_term, utm_content, entry,
  sequence`;

/**
 * A bounce is a visit with one page view and no custom event but such as happened by themselves; the last view's time
 * counts where it is the last hit.
 */
export const measures = sql`(pageviews = 1 and events = passive)::int as bounces,
  (extract(epoch from last_at - started_at) * 1000)::int + case when ends_in_view then coalesce(exit_ms, 0) else 0 end as ms`;

// In SQL << and | bind alike, hence the parentheses.
const firstOf = (column: string) =>
  sql`((not coalesce(${sql.ref(column)} = any (array_agg(${sql.ref(column)}) over before), false))::int
    << ${sql.lit(FIRSTS.indexOf(column as (typeof FIRSTS)[number]))})`;

/** The bits after the first, where a visitor-day has several visits: window `before` is those before each. */
export const severalFirsts = sql.join(FIRSTS.slice(1).map(firstOf), sql` | `);

/**
 * Fills `visit_delta`. Each visit carries its own contribution to visitors (`firsts`, `first_hours`), so that taking it
 * back subtracts just what it added. Most visitors visit once a day: for them all bits are set, without a window.
 */
export async function diffVisits(run: Run, names: Names): Promise<void> {
  const columns = sql`visitor, started_at, last_at, source, hostname, exit, site_id, day, agent_id, pageviews, events,
    passive, exit_ms, hours, hour, country, device, ends_in_view, steps, pages, names`;
  // IN, which is looked up in a hash table: EXISTS beside OR goes through all new visits for each of the old ones.
  const replaced = sql`(select o.*, null::tid as extends from old_visit o join touched t using (visitor, site_id, day)
    where t.replay or o.row_id in (select extends from new_visit where extends is not null))`;
  await run(sql`insert into visit_delta (sign, ${deltaColumns})
    select -1, ${deltaColumns}
    from (select *, ${measures} from (${dimensions(names, replaced)}) v) v`);
  // Visits that neither changed nor are new stand in the window for what came before.
  await run(sql`insert into visit_delta (sign, ${deltaColumns})
    with visits as (
      select ${columns}, extends, true as fresh from new_visit
      union all
      select ${columns}, null, false from old_visit o join touched t using (visitor, site_id, day)
      where not t.replay and not exists (select from new_visit n where n.extends = o.row_id)
    ), counted as (
      select *, count(*) over (partition by visitor, site_id, day) as visits_of_day from visits
    ), dimensioned as (
      ${dimensions(names, sql`counted`)}
    ), marked as (
      select *, ${ALL_FIRSTS} as firsts, hours as first_hours from dimensioned where visits_of_day = 1
      union all
      select *, (row_number() over days = 1)::int | ${severalFirsts},
        hours & ~coalesce(bit_or(hours) over before, 0)
      from dimensioned where visits_of_day > 1
      window days as (partition by visitor, site_id, day order by started_at),
        before as (partition by visitor, site_id, day order by started_at
          rows between unbounded preceding and 1 preceding)
    )
    select 1, ${deltaColumns}
    from (select *, ${measures} from marked where fresh) v`);
}
