import { sql } from 'kysely';
import { CHANNELS } from '../../domain/rules/v1/source/channel.ts';
import type { Tx } from '../../platform/database.ts';
import type { Names } from './names.ts';
import type { UnknownSource } from './read-batch.ts';
import { readUnknown } from './read-batch.ts';
import type { Rules } from './rules.ts';
import { DEVICES, SHARED_TERMS, termId } from './terms.ts';

/** Stands for user agents beyond a day's limit, and for erased ones: nothing is known of it, and it is no bot. */
const NOT_RECORDED = '(not recorded)';

/**
 * Applies the rules once per distinct user agent and source of the batch and keeps the answers in the dictionaries that
 * folds join. Better rules are replayed: a rebuild starts with empty dictionaries.
 */
export async function interpretUnknown(tx: Tx, names: Names, rules: Rules): Promise<void> {
  const unknown = await readUnknown(tx, names);
  await enterAgents(tx, names, unknown.agents, rules);
  await enterSources(tx, names, unknown.sources, rules);
}

async function enterAgents(
  tx: Tx,
  names: Names,
  agents: readonly { agent_id: number; user_agent: string }[],
  rules: Rules,
): Promise<void> {
  if (agents.length === 0) return;
  const rows = agents.map(({ agent_id, user_agent }) => {
    if (user_agent === NOT_RECORDED) return { agent_id, browser: null, os: null, device: null, bot: false };
    const agent = rules.interpretAgent(user_agent);
    return { ...agent, agent_id, device: agent.device === null ? null : DEVICES.indexOf(agent.device) + 1 };
  });
  const json = JSON.stringify(rows);
  await enterTerms(tx, names, rows.flatMap((r) => [[SHARED_TERMS, r.browser] as const, [SHARED_TERMS, r.os] as const]));
  await sql`insert into ${names('agent')} (agent_id, browser, os, device, bot)
    select agent_id, ${termId(sql`browser`)}, ${termId(sql`os`)}, device, bot
    from jsonb_to_recordset(${json}::jsonb) x(agent_id int, browser text, os text, device smallint, bot boolean)
    on conflict do nothing`.execute(tx);
}

async function enterSources(
  tx: Tx,
  names: Names,
  sources: readonly UnknownSource[],
  rules: Rules,
): Promise<void> {
  if (sources.length === 0) return;
  const rows = sources.map((raw) => {
    const s = rules.interpretSource({
      hostname: raw.hostname,
      referrerHost: raw.referrer_host,
      query: raw.query,
      clickId: raw.click_id,
    });
    return {
      site_id: raw.site_id,
      source_id: raw.source_id,
      hostname: raw.hostname,
      referrer: s.source,
      utm_source: s.utmSource,
      utm_medium: s.utmMedium,
      utm_campaign: s.utmCampaign,
      utm_term: s.utmTerm,
      utm_content: s.utmContent,
      channel: CHANNELS.indexOf(s.channel),
      spam: raw.referrer_host !== null && rules.isSpamHost(raw.referrer_host),
    };
  });
  await enterTerms(
    tx,
    names,
    rows.flatMap((r) =>
      [r.hostname, r.referrer, r.utm_source, r.utm_medium, r.utm_campaign, r.utm_term, r.utm_content].map(
        (text) => [r.site_id, text] as const,
      ),
    ),
  );
  await sql`insert into ${names('source')} (site_id, source_id, hostname, referrer, utm_source, utm_medium,
      utm_campaign, utm_term, utm_content, channel, spam)
    select site_id, source_id, ${termId(sql`hostname`)}, ${termId(sql`referrer`)}, ${termId(sql`utm_source`)},
      ${termId(sql`utm_medium`)}, ${termId(sql`utm_campaign`)}, ${termId(sql`utm_term`)},
      ${termId(sql`utm_content`)}, channel, spam
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) x(site_id int, source_id bigint, hostname text,
      referrer text, utm_source text, utm_medium text, utm_campaign text, utm_term text, utm_content text,
      channel smallint, spam boolean)
    on conflict do nothing`.execute(tx);
}

async function enterTerms(
  tx: Tx,
  names: Names,
  texts: readonly (readonly [siteId: number, text: string | null])[],
): Promise<void> {
  const json = JSON.stringify(texts.filter(([, text]) => text !== null));
  await sql`insert into ${names('term')} (site_id, term_id, value)
    select distinct (x->>0)::int, ${termId(sql`x->>1`)}, x->>1 from jsonb_array_elements(${json}::jsonb) x
    order by 1, 2
    on conflict do nothing`.execute(tx);
}
