import { sql, type RawBuilder } from 'kysely';

import { CHANNELS } from '../../domain/rules/v1/source/channel.ts';
import type { Tx } from '../../platform/database.ts';
import { termId } from '../facts/terms.ts';
import { SOURCE_KEY, type Judged } from './counted.ts';
import { dropTemporary, makeTemporary, temporary } from './temporary.ts';
import { inScope, type Scope, type Span } from './scope.ts';

/** Stands for user agents beyond a day's limit, and for erased ones: nothing is known of it, and it is no bot. */
const NOT_RECORDED = '(not recorded)';
/** Distinct values that are in this process at once. */
const PAGE = 5_000;

/**
 * Dictionaries of the recount's own: what the rules make of each distinct user agent and source, from their texts,
 * whatever the fold had made of them. `channel` and the others are as the views keep them.
 */
export async function createDictionaries(tx: Tx): Promise<void> {
  await makeTemporary(tx, 'agent', sql`select null::int as agent_id, null::bigint as browser, null::bigint as os,
    null::text as device, null::bool as bot where false`);
  await makeTemporary(tx, 'source', sql`select null::bigint as source, null::bigint as hostname,
    null::bigint as referrer, null::bigint as channel, null::bigint as utm_source, null::bigint as utm_medium,
    null::bigint as utm_campaign, null::bigint as utm_term, null::bigint as utm_content, null::text as spam_host
    where false`);
}

/** Applies the rules to what occurs in these rows of the log and was not met before. */
export async function interpret(tx: Tx, scope: Scope, span: Span): Promise<Pick<Judged, 'bots' | 'spamHosts'>> {
  await interpretAgents(tx, scope, span);
  await interpretSources(tx, scope, span);
  const bots = await sql<{ agent_id: number }>`select agent_id from ${temporary('agent')} where bot`.execute(tx);
  const spam = await sql<{ spam_host: string }>`
    select distinct spam_host from ${temporary('source')} where spam_host is not null`.execute(tx);
  return { bots: bots.rows.map((row) => row.agent_id), spamHosts: spam.rows.map((row) => row.spam_host) };
}

async function interpretAgents(tx: Tx, scope: Scope, span: Span): Promise<void> {
  await makeTemporary(tx, 'new', sql`select row_number() over () as n, agent_id from (
    select l.agent_id from log_hits l where ${inScope(scope, span)} group by 1) x
    where not exists (select from ${temporary('agent')} a where a.agent_id = x.agent_id)`);
  const select = sql<{ agent_id: number; user_agent: string }>`
    select x.agent_id, a.user_agent from ${temporary('new')} x join agents a using (agent_id)`;
  for await (const rows of pagesOf(tx, select)) {
    const agents = rows.map(({ agent_id, user_agent }) => {
      if (user_agent === NOT_RECORDED) return { agent_id, bot: false };
      return { ...scope.rules.interpretAgent(user_agent), agent_id };
    });
    await sql`insert into ${temporary('agent')}
      select agent_id, ${termId(sql`browser`)}, ${termId(sql`os`)}, device, bot
      from jsonb_to_recordset(${JSON.stringify(agents)}::jsonb)
        x(agent_id int, browser text, os text, device text, bot boolean)`.execute(tx);
  }
  await sql`analyze ${temporary('agent')}`.execute(tx);
}

interface RawSource {
  source: string;
  hostname: string;
  referrer_host: string | null;
  query: string | null;
  click_id: string | null;
}

async function interpretSources(tx: Tx, scope: Scope, span: Span): Promise<void> {
  await makeTemporary(tx, 'new', sql`select row_number() over () as n, source, position from (
    select ${SOURCE_KEY} as source, min(l.position) as position from log_hits l where ${inScope(scope, span)} group by 1) x
    where not exists (select from ${temporary('source')} s where s.source = x.source)`);
  const select = sql<RawSource>`
    select x.source, l.hostname, nullif(split_part(l.referrer, '/', 3), '') as referrer_host, l.query, l.click_id
    from ${temporary('new')} x join log_hits l using (position)`;
  for await (const rows of pagesOf(tx, select)) {
    const sources = rows.map((raw) => {
      const { referrer_host: referrerHost, click_id: clickId, hostname, query } = raw;
      const { channel, ...of } = scope.rules.interpretSource({ hostname, referrerHost, query, clickId });
      const isSpam = referrerHost !== null && scope.isSpamHost(referrerHost);
      return { ...of, key: raw.source, hostname, channel: CHANNELS.indexOf(channel), spamHost: isSpam ? referrerHost : null };
    });
    const keys = ['hostname', 'source', 'utmSource', 'utmMedium', 'utmCampaign', 'utmTerm', 'utmContent'];
    const [hostname, referrer, ...utm] = keys.map((column) => termId(sql.ref(column)));
    await sql`insert into ${temporary('source')} (source, hostname, referrer, channel, utm_source, utm_medium,
        utm_campaign, utm_term, utm_content, spam_host)
      select key, ${hostname}, ${referrer}, channel, ${sql.join(utm)}, "spamHost"
      from jsonb_to_recordset(${JSON.stringify(sources)}::jsonb) x(key bigint, hostname text, source text,
        "utmSource" text, "utmMedium" text, "utmCampaign" text, "utmTerm" text, "utmContent" text, channel bigint,
        "spamHost" text)`.execute(tx);
  }
  await sql`analyze ${temporary('source')}`.execute(tx);
}

/** The rows that a select joins to `recount_new x`, some thousand at a time; `recount_new` numbers them by `n`. */
export async function* pagesOf<T>(tx: Tx, select: RawBuilder<T>): AsyncGenerator<T[]> {
  await sql`analyze ${temporary('new')}`.execute(tx);
  const { rows: ends } = await sql<{ last: string | null }>`select max(n) as last from ${temporary('new')}`.execute(tx);
  const last = Number(ends[0]?.last ?? 0);
  for (let after = 0; after < last; after += PAGE) {
    const { rows } = await sql<T>`${select} where x.n > ${after} and x.n <= ${after + PAGE}`.execute(tx);
    yield rows;
  }
  await dropTemporary(tx, 'new');
}
