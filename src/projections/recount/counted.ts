import { sql, type RawBuilder } from 'kysely';

import { ENGAGEMENT } from '../../log/hit.ts';
import { termId } from '../facts/terms.ts';
import { inScope, type Scope, type Span } from './scope.ts';
import { integers, temporary, texts } from './temporary.ts';

/** What the rules say of the log so far: which hits count, and as what. Texts that they were applied to: `interpret`. */
export interface Judged {
  /** Ids of user agents that are bots. */
  bots: number[];
  /** Hosts of referrers that are spam. */
  spamHosts: string[];
  /** Whether `recount_excluded` has paths that a site left out. */
  excludes: boolean;
  /** Whether `recount_page` has paths that count as another page. */
  turnsPages: boolean;
}

/** The key of what a source is interpreted from, by which `recount_source` is joined. */
export const SOURCE_KEY = sql`hash_record_extended(
  row(l.hostname, split_part(l.referrer, '/', 3), l.query, l.click_id), 0)`;

/** What the log has of a vital; beyond what can be measured it is the largest that can. */
const vital = (name: string, unit: number): RawBuilder<unknown> => sql`case jsonb_typeof(l.vitals -> ${sql.lit(name)})
  when 'number' then round(least(greatest((l.vitals ->> ${sql.lit(name)})::numeric, 0) * ${sql.lit(unit)}, 10000000))::int end`;

const IS_ENGAGEMENT = sql`l.name is not distinct from ${sql.lit(ENGAGEMENT)}`;
const COLUMNS = {
  visitor: sql`l.visitor`,
  site_id: sql`l.site_id`,
  day: sql`l.day`,
  at: sql`l.occurred_at`,
  position: sql`l.position`,
  hour: sql`l.hour::int`,
  ms: sql`l.duration_ms`,
  agent_id: sql`l.agent_id`,
  country: sql`l.country`,
  width: sql`case when l.width < 768 then 1 when l.width < 1024 then 2 when l.width is not null then 3 end`,
  source: SOURCE_KEY,
  is_view: sql`l.name is null`,
  is_hit: sql`not (${IS_ENGAGEMENT})`,
  is_passive: sql`l.name is not null and l.interactive is not distinct from false`,
  scroll: sql`l.scroll::int`,
  lcp: vital('lcp', 1),
  inp: vital('inp', 1),
  cls: vital('cls', 10_000),
  event: sql`case when l.name is not null then ${termId(sql`l.name`)} end`,
} as const;
type Column = keyof typeof COLUMNS | 'path';

const KINDS = {
  hit: sql`not (${IS_ENGAGEMENT})`,
  view: sql`l.name is null`,
  report: sql`${IS_ENGAGEMENT} and l.duration_ms is not null`,
  measured: sql`(l.name is null or ${IS_ENGAGEMENT}) and (l.scroll is not null or l.vitals is not null)`,
  any: sql`true`,
} as const;

/**
 * The rows of the log that count, as a subselect: no bot, no spam, no page left out. Straight from the log each time:
 * it is read with several processes, which a temporary table is not. `path` and `event` are keys of their texts.
 */
export function counted(
  scope: Scope,
  judged: Judged,
  span: Span,
  kind: keyof typeof KINDS,
  columns: readonly Column[],
): RawBuilder<unknown> {
  const pathname = judged.turnsPages ? sql`coalesce(p.page, l.pathname)` : sql`l.pathname`;
  const values = columns.map((column) =>
    column === 'path' ? sql`${termId(pathname)} as path` : sql`${COLUMNS[column]} as ${sql.ref(column)}`,
  );
  const pages = judged.turnsPages ? sql`left join ${temporary('page')} p on p.pathname = l.pathname` : sql``;
  return sql`(select ${sql.join(values)} from log_hits l ${pages}
    where ${inScope(scope, span)} and ${KINDS[kind]} ${isGood(judged)}
    -- What is computed of a row is computed where it is read, by every process, and not after it was sorted.
    offset 0)`;
}

function isGood({ bots, spamHosts, excludes }: Judged): RawBuilder<unknown> {
  const conditions = [sql``];
  if (bots.length > 0) conditions.push(sql`l.agent_id <> all (${integers(bots, 'int')})`);
  if (spamHosts.length > 0) {
    conditions.push(sql`(l.referrer is null or split_part(l.referrer, '/', 3) <> all (${texts(spamHosts)}))`);
  }
  if (excludes) {
    conditions.push(sql`not exists (select from ${temporary('excluded')} x where x.site_id = l.site_id
      and x.pathname = l.pathname and l.position > x.since and (x.until is null or l.position < x.until))`);
  }
  return sql.join(conditions, sql` and `);
}
