import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { Names } from './names.ts';
import { termId } from './terms.ts';

/** Pages of a visit that are kept in order; API: paths are up to 5 long. */
const LONGEST_PATH = sql.lit(5);

/** Groups `session_hit` into the visits that changed or are new. */
export async function buildVisits(tx: Tx, names: Names): Promise<void> {
  await sql`insert into new_visit
    select g.visitor, coalesce(o.started_at, g.started_at), g.last_at, coalesce(o.source, g.source),
      coalesce(o.hostname, s.hostname), coalesce(g.exit, o.exit), g.site_id, g.day, g.agent_id,
      g.pageviews + coalesce(o.pageviews, 0), g.events + coalesce(o.events, 0),
      case when g.new_exit then g.exit_ms else o.exit_ms end, g.hours | coalesce(o.hours, 0),
      coalesce(o.hour, g.hour), g.country, g.device, g.ends_in_view, (o.steps || g.steps)[1:${LONGEST_PATH}],
      case when o.pages is not null or coalesce(cardinality(o.steps || g.steps), 0) > ${LONGEST_PATH}
        then (select array_agg(distinct p order by p) from unnest(coalesce(o.pages, o.steps) || g.steps) p) end,
      case when g.names is null then o.names when o.names is null and cardinality(g.names) = 1 then g.names
        else (select array_agg(distinct n order by n) from unnest(o.names || g.names) n) end,
      o.row_id
    from (
      select visitor, site_id, day, visit_no, min(at) as started_at, max(last_at) as last_at, bool_or(old) as extends,
        max(source) filter (where starts) as source, max(source) filter (where first_view and is_view) as view_source,
        max(path) filter (where last_view and is_view) as exit,
        max(engaged_ms) filter (where last_view and is_view) as exit_ms,
        coalesce(bool_or(last_view and is_view and not old), false) as new_exit,
        max(agent_id) as agent_id, max(country) as country, max(device) as device,
        max(hour) filter (where starts) as hour, bit_or(1 << hour) as hours,
        count(*) filter (where is_view and not old) as pageviews, count(event) as events,
        coalesce(bool_or(is_last and is_view), false) as ends_in_view,
        array_agg(path order by place) filter (where is_view and not old and path is distinct from previous_path)
          as steps,
        array_agg(event) filter (where event is not null) as names
      from session_hit where version = 1
      group by visitor, site_id, day, visit_no having not bool_and(old)) g
      left join old_visit o on g.extends and o.is_last
        and o.visitor = g.visitor and o.site_id = g.site_id and o.day = g.day
      left join ${names('source')} s on s.site_id = g.site_id and s.source_id = g.view_source`.execute(tx);
}

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

const ALL_FIRSTS = sql.lit((1 << FIRSTS.length) - 1);

const dimensions = (names: Names, visits: ReturnType<typeof sql>) => sql`
  select v.*, a.browser, a.os, s.referrer, s.channel::bigint as channel, s.utm_source, s.utm_medium, s.utm_campaign,
    s.utm_term, s.utm_content, v.steps[1] as entry,
    case when v.steps is not null then ${termId(sql`v.steps::text`)} end as sequence
  from ${visits} v
    left join ${names('agent')} a on a.agent_id = v.agent_id
    left join ${names('source')} s on s.site_id = v.site_id and s.source_id = v.source`;

const deltaColumns = sql`sign, visitor, started_at, site_id, day, hour, pageviews, events, bounces, ms, firsts,
  first_hours, country, browser, os, device, referrer, channel, utm_source, utm_medium, utm_campaign, utm_term,
  utm_content, hostname, entry, exit, sequence, steps, pages, names`;

/** A bounce is a visit with one page view and no custom event; the last view's time counts where it is the last hit. */
const measures = sql`(pageviews = 1 and events = 0)::int as bounces,
  (extract(epoch from last_at - started_at) * 1000)::int + case when ends_in_view then coalesce(exit_ms, 0) else 0 end as ms`;

/**
 * Fills `visit_delta`. Each visit carries its own contribution to visitors (`firsts`, `first_hours`), so that taking it
 * back subtracts just what it added. Most visitors visit once a day: for them all bits are set, without a window.
 */
export async function diffVisits(tx: Tx, names: Names): Promise<void> {
  const columns = sql`visitor, started_at, last_at, source, hostname, exit, site_id, day, agent_id, pageviews, events,
    exit_ms, hours, hour, country, device, ends_in_view, steps, pages, names`;
  const replaced = sql`(select o.* from old_visit o join touched t using (visitor, site_id, day)
    where t.replay or exists (select from new_visit n where n.extends = o.row_id))`;
  await sql`insert into visit_delta (${deltaColumns})
    select -1, visitor, started_at, site_id, day, hour, pageviews, events, bounces, ms, firsts, first_hours, country,
      browser, os, device, referrer, channel, utm_source, utm_medium, utm_campaign, utm_term, utm_content, hostname,
      entry, exit, sequence, steps, pages, names
    from (select *, ${measures} from (${dimensions(names, replaced)}) v) v`.execute(tx);
  const first = (column: string) =>
    sql`((not coalesce(${sql.ref(column)} = any (array_agg(${sql.ref(column)}) over before), false))::int
      << ${sql.lit(FIRSTS.indexOf(column as (typeof FIRSTS)[number]))})`;
  const several = sql.join(FIRSTS.slice(1).map(first), sql` | `);
  // Visits that neither changed nor are new stand in the window for what came before.
  await sql`insert into visit_delta (${deltaColumns})
    with visits as (
      select ${columns}, true as fresh from new_visit
      union all
      select ${columns}, false from old_visit o join touched t using (visitor, site_id, day)
      where not t.replay and not exists (select from new_visit n where n.extends = o.row_id)
    ), counted as (
      select *, count(*) over (partition by visitor, site_id, day) as visits_of_day from visits
    ), dimensioned as (
      ${dimensions(names, sql`counted`)}
    ), marked as (
      select *, ${ALL_FIRSTS} as firsts, hours as first_hours from dimensioned where visits_of_day = 1
      union all
      select *, (row_number() over days = 1)::int | ${several}, -- << and | bind alike, hence the parentheses
       
        hours & ~coalesce(bit_or(hours) over before, 0)
      from dimensioned where visits_of_day > 1
      window days as (partition by visitor, site_id, day order by started_at),
        before as (partition by visitor, site_id, day order by started_at
          rows between unbounded preceding and 1 preceding)
    )
    select 1, visitor, started_at, site_id, day, hour, pageviews, events, bounces, ms, firsts, first_hours, country,
      browser, os, device, referrer, channel, utm_source, utm_medium, utm_campaign, utm_term, utm_content, hostname,
      entry, exit, sequence, steps, pages, names
    from (select *, ${measures} from marked where fresh) v`.execute(tx);
}

/** Writes hits and visits. A visit that goes on is updated in place; replayed visitor-days are written anew. */
export async function writeFacts(tx: Tx, names: Names, replays: boolean): Promise<void> {
  await sql`insert into ${names('hit')} (visitor, at, position, path, source, event, site_id, day, agent_id, ms, hour,
      country, device, scroll, engagement)
    select visitor, at, position, path, source, event, site_id, day, agent_id, ms, hour, country, device, scroll,
      engagement
    from batch_hit order by position`.execute(tx);
  if (replays) {
    await sql`delete from ${names('visit')} v using old_visit o join touched t using (visitor, site_id, day)
      where t.replay and v.ctid = o.row_id`.execute(tx);
  }
  const isNew = sql`new_visit n join visit_delta d on d.sign = 1 and d.visitor = n.visitor
    and d.site_id = n.site_id and d.day = n.day and d.started_at = n.started_at`;
  await sql`update ${names('visit')} v set last_at = n.last_at, exit = n.exit, hostname = n.hostname,
      pageviews = n.pageviews, events = n.events, exit_ms = n.exit_ms, hours = n.hours, first_hours = d.first_hours,
      firsts = d.firsts, ends_in_view = n.ends_in_view, steps = n.steps, pages = n.pages, names = n.names
    from ${isNew} where n.extends is not null and v.ctid = n.extends`.execute(tx);
  await sql`insert into ${names('visit')} (visitor, started_at, last_at, source, hostname, exit, site_id, day, agent_id,
      pageviews, events, exit_ms, hours, first_hours, firsts, hour, country, device, ends_in_view, steps, pages, names)
    select n.visitor, n.started_at, n.last_at, n.source, n.hostname, n.exit, n.site_id, n.day, n.agent_id,
      n.pageviews, n.events, n.exit_ms, n.hours, d.first_hours, d.firsts, n.hour, n.country, n.device, n.ends_in_view,
      n.steps, n.pages, n.names
    from ${isNew} where n.extends is null`.execute(tx);
}
