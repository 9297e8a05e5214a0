import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';

/** User agents are cut here: an 8 kB one cost 13 ms in a parser, and no real one is longer. */
export const USER_AGENT_LENGTH = 512;
/** New user agents a day, so that nobody fills the dictionary; those beyond share the id 0. */
const NEW_AGENTS_A_DAY = 10_000;

/** Ids of user agents (already cut), new ones entered. In autocommit: the id is durable before a hit refers to it. */
export async function agentIds(tx: Tx, userAgents: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ user_agent: string; agent_id: number }>`
    select user_agent, agent_id from agent_ids(${[...userAgents]}::text[], ${NEW_AGENTS_A_DAY})`.execute(tx);
  return new Map(rows.map((row) => [row.user_agent, row.agent_id]));
}
