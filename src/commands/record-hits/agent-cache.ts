import { LRUCache } from 'lru-cache';
import { interpretAgent } from '../../domain/rules/v1/agent/interpret-agent.ts';
import { cleanText } from '../../domain/text.ts';
import { agentIds, USER_AGENT_LENGTH } from '../../log/agents.ts';
import type { Db } from '../../platform/database.ts';
import { batchedLookup } from './batched-lookup.ts';

export interface KnownAgent {
  /** As stored: clean and cut. */
  readonly userAgent: string;
  readonly agentId: number;
  readonly bot: boolean;
}

interface Kept extends KnownAgent {
  /** Of `performance.now()`: then the id is asked for again. */
  readonly until: number;
}

const KEPT = 10_000;
/** An erasure retires ids that a deleted site alone had, and waits until no process can have one in its memory. */
const ID_KEPT_MS = 5_000;
/** The dictionary's answer for "no more new ones today" is asked again after this. */
const UNRECORDED_MS = 600_000;

/**
 * User agents by what the header says: their id in the log's dictionary and today's opinion whether they are machines.
 * A known one is answered at once, not through a promise, as nearly all are.
 * @param now milliseconds that never go back
 */
export function agentCache(
  db: Db,
  now: () => number = () => performance.now(),
): (header: string) => KnownAgent | Promise<KnownAgent> {
  const known = new LRUCache<string, Kept>({ max: KEPT });
  const idOf = batchedLookup<string, number>({
    what: 'The user agent',
    load: (userAgents) => agentIds(db, userAgents),
    maxKeys: 500,
    maxWaiting: 10_000,
  });

  const learn = async (header: string, before: Kept | undefined): Promise<KnownAgent> => {
    const asked = now();
    const userAgent = before?.userAgent ?? stored(header);
    const agentId = await idOf(userAgent);
    const bot = before?.bot ?? interpretAgent(userAgent).bot;
    const agent = { userAgent, agentId, bot, until: asked + (agentId === 0 ? UNRECORDED_MS : ID_KEPT_MS) };
    // Longer headers would let a sender fill the memory with keys of many kilobytes.
    if (header.length <= USER_AGENT_LENGTH) known.set(header, agent);
    return agent;
  };
  return (header) => {
    const agent = known.get(header);
    return agent !== undefined && now() < agent.until ? agent : learn(header, agent);
  };
}

function stored(header: string): string {
  const text = cleanText(header);
  // Once more, as the cut may leave half of a character.
  return text.length <= USER_AGENT_LENGTH ? text : cleanText(text.slice(0, USER_AGENT_LENGTH));
}
