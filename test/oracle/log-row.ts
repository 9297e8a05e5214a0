import type { Selectable } from 'kysely';

import type { LogHitTable } from '../../src/log/log.tables.ts';
import type { Db } from '../../src/platform/database.ts';
import { toNewHit, type GivenHit } from '../given.ts';
import { readExclusions, withExclusions } from './exclusions.ts';

/**
 * A row of `log_hits` as the driver hands it over, with the text of its user agent, and the patterns of paths that its
 * site left out when it came (none: undefined).
 */
export type LogRow = Selectable<LogHitTable> & { user_agent: string; excluded_paths?: readonly string[] };

/** The whole log, every site. Tests keep it small. */
export async function readLog(db: Db): Promise<LogRow[]> {
  const rows = await db
    .selectFrom('log_hits')
    .innerJoin('agents', 'agents.agent_id', 'log_hits.agent_id')
    .selectAll('log_hits')
    .select('agents.user_agent')
    .execute();
  return withExclusions(rows, await readExclusions(db));
}

/** The rows that these hits would be in the log, appended in this order to an empty one, without any database. */
export function rowsOf(site: { siteId: number; timezone: string }, hits: readonly GivenHit[], first = 1): LogRow[] {
  return hits.map((given, i) => {
    const hit = toNewHit(given, site, 0);
    return {
      position: String(first + i),
      recorded_at: new Date(hit.occurredAt),
      occurred_at: new Date(hit.occurredAt),
      visitor: hit.visitor.toString(),
      site_id: hit.siteId,
      agent_id: hit.agentId,
      day: hit.day,
      width: hit.width,
      duration_ms: hit.durationMs,
      hour: hit.hour,
      scroll: hit.scroll,
      verdict: hit.verdict,
      country: hit.country,
      hostname: hit.hostname,
      pathname: hit.pathname,
      query: hit.query,
      click_id: hit.clickId,
      referrer: hit.referrer,
      name: hit.name,
      props: hit.props === null ? null : (JSON.parse(hit.props) as unknown),
      vitals: hit.vitals === null ? null : (JSON.parse(hit.vitals) as unknown),
      interactive: hit.interactive,
      revenue: hit.revenue === null ? null : (JSON.parse(hit.revenue) as unknown),
      via: hit.via,
      user_agent: given.userAgent,
    };
  });
}
