import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { Names } from './names.ts';
import type { Run } from './run.ts';
import { countryCode, DEVICES, termId } from './terms.ts';
import { isPassive, vitalsOfHit } from './vitals.ts';

/** The site of hits that were erased: their positions stay, and there is nothing to fold. */
const ERASED = sql.lit(0);

/** Positions to fold: after `from`, up to and with `to`, but for `parked`. */
export interface Range {
  from: bigint;
  to: bigint;
  parked: readonly string[];
}

/**
 * The key of what a source is interpreted from. It only joins `source`, and is never an aggregate's key, so that the
 * server's own cheap hash is good enough.
 */
export const sourceKey = sql`hashtextextended(l.hostname || chr(1) || coalesce(split_part(l.referrer, '/', 3), '')
  || chr(1) || coalesce(l.query, '') || chr(1) || coalesce(l.click_id, ''), 0)`;

const deviceCode = (device: (typeof DEVICES)[number]) => DEVICES.indexOf(device) + 1;

/**
 * The device by width where the user agent does not say phone, tablet or TV, by the user agent where there is no
 * width. The same rule as `deviceOf` of the domain; a spec holds them equal.
 */
export const deviceOfHit = sql`(case when a.device <> ${sql.lit(deviceCode('desktop'))} or l.width is null then a.device
  when l.width < 768 then ${sql.lit(deviceCode('mobile'))} when l.width < 1024 then ${sql.lit(deviceCode('tablet'))}
  else ${sql.lit(deviceCode('desktop'))} end)::smallint`;

/**
 * Fills `batch_hit`, with the hits at `only` where these are given. Answers the positions of those whose agent or source
 * is not interpreted yet.
 */
export async function readBatch(tx: Tx, names: Names, range: Range, only?: readonly string[]): Promise<string[]> {
  const these = only === undefined ? sql`` : sql`and l.position = any (${[...only]}::bigint[])`;
  const parked = range.parked.length === 0 ? sql`` : sql`and l.position <> all (${[...range.parked]}::bigint[])`;
  await sql`insert into batch_hit (visitor, at, position, path, source, event, site_id, day, agent_id, ms, hour,
      country, device, scroll, engagement, known, pathname, name, passive, lcp, inp, cls)
    select l.visitor, l.occurred_at, l.position, ${termId(sql`l.pathname`)}, l.source,
      case when l.name <> 'engagement' then ${termId(sql`l.name`)} end, l.site_id, l.day, l.agent_id, l.duration_ms,
      l.hour, ${countryCode(sql`l.country`)}, ${deviceOfHit}, l.scroll, l.name is not distinct from 'engagement',
      a.agent_id is not null and s.source_id is not null, l.pathname, nullif(l.name, 'engagement'),
      ${isPassive}, ${vitalsOfHit}
    from (select *, ${sourceKey} as source from log_hits l
        where position > ${sql.lit(range.from)} and position <= ${sql.lit(range.to)} and verdict is null
          and site_id <> ${ERASED} ${these} ${parked}
        offset 0) l
      left join ${names('agent')} a on a.agent_id = l.agent_id
      left join ${names('source')} s on s.site_id = l.site_id and s.source_id = l.source
    where a.bot is not true and s.spam is not true`.execute(tx);
  const { rows } = await sql<{ position: string }>`select position from batch_hit where not known`.execute(tx);
  return rows.map((row) => row.position);
}

export interface UnknownSource {
  site_id: number;
  source_id: string;
  hostname: string;
  referrer_host: string | null;
  query: string | null;
  click_id: string | null;
}

/** User agents and sources of `batch_hit` that no rule has interpreted yet, each once. */
export async function readUnknown(
  tx: Tx,
  names: Names,
): Promise<{ agents: { agent_id: number; user_agent: string }[]; sources: UnknownSource[] }> {
  const agents = await sql<{ agent_id: number; user_agent: string }>`
    select agent_id, user_agent from agents
    where agent_id in (select agent_id from batch_hit where not known)
      and agent_id not in (select agent_id from ${names('agent')})
    order by agent_id`.execute(tx);
  const sources = await sql<UnknownSource>`
    select l.site_id, x.source::text as source_id, l.hostname, nullif(split_part(l.referrer, '/', 3), '') as referrer_host,
      l.query, l.click_id
    from (select site_id, source, min(position) as position from batch_hit where not known group by 1, 2) x
      join log_hits l on l.position = x.position
    where not exists (select from ${names('source')} s where s.site_id = x.site_id and s.source_id = x.source)
    order by 1, 2`.execute(tx);
  return { agents: agents.rows, sources: sources.rows };
}

/** Enters the texts of paths and event names that are new. */
export async function collectTerms(run: Run, names: Names): Promise<void> {
  await run(sql`insert into ${names('term')} (site_id, term_id, value)
    select site_id, term_id, value from (
      select distinct site_id, path as term_id, pathname as value from batch_hit
      union all select distinct site_id, event, name from batch_hit where event is not null) x
    where not exists (
      select from ${names('term')} t where t.site_id = x.site_id and t.term_id = x.term_id offset 0)
    order by 1, 2
    on conflict do nothing`);
}

