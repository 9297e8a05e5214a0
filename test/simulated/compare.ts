import { readHead } from '../../src/log/head.ts';
import type { Db } from '../../src/platform/database.ts';
import type { Serving } from '../../src/projections/engine/status.read.ts';
import { readLastDay, readLive } from '../../src/projections/views/live/v1/live.read.ts';
import { differences, expectNone } from '../laws/differences.ts';
import { expectReadsEqualOracle } from '../laws/oracle-laws.ts';
import { readsOfGeneration } from '../laws/projection-reads.ts';
import type { Reads } from '../laws/reads.ts';
import { domainRules } from '../oracle/domain-rules.ts';
import { readExclusions, withExclusions } from '../oracle/exclusions.ts';
import type { LogRow } from '../oracle/log-row.ts';
import { recount } from '../oracle/oracle.ts';
import { remembered } from './remembered-rules.ts';

/** Rows asked for at once, by the log's only index. */
const CHUNK = 50_000;
const PAGE = 1_000;

/**
 * Holds every read of every site against the recount of the log, site by site, so that one site's rows are in memory
 * at a time. Answers how many figures were compared; rejects with those that differ.
 */
export async function compareWithOracle(db: Db, serving: Serving): Promise<number> {
  const head = Number(await readHead(db));
  if (serving.position !== head) throw new Error(`the projections stand at ${serving.position}, the log at ${head}`);
  const rules = remembered(domainRules);
  const { reads, figures } = counting(readsOfGeneration(db, serving.names, PAGE));
  const sites = await db.selectFrom('sites').select('site_id').orderBy('site_id').execute();
  let moments = 0;
  for (const { site_id } of sites) {
    const rows = await readLogOf(db, site_id, head);
    await expectReadsEqualOracle(reads, rows, rules);
    const now = Date.now();
    const { realtime, last24h } = recount(rows, { siteId: site_id, from: '', to: '' }, rules);
    const lastDay = await readLastDay(db, serving.names, [site_id], now);
    expectNone(`site ${site_id} is not what the log says now`, [
      ...differences('realtime', realtime(now), await readLive(db, serving.names, site_id, now, 300)),
      ...differences('last 24 hours', last24h(now), lastDay.get(site_id) ?? 0),
    ]);
    moments += 2;
  }
  return figures() + moments;
}

async function readLogOf(db: Db, siteId: number, head: number): Promise<LogRow[]> {
  const all: LogRow[] = [];
  const share = sharing();
  for (let after = 0; after < head; after += CHUNK) {
    const rows = await db
      .selectFrom('log_hits')
      .innerJoin('agents', 'agents.agent_id', 'log_hits.agent_id')
      .selectAll('log_hits')
      .select('agents.user_agent')
      .where('site_id', '=', siteId)
      .where('position', '>', String(after))
      .where('position', '<=', String(after + CHUNK))
      .execute();
    for (const row of rows) all.push(share(row));
  }
  return withExclusions(all, await readExclusions(db));
}

/** Texts that repeat are kept once: a million rows would not fit otherwise. */
function sharing(): (row: LogRow) => LogRow {
  const texts = new Map<string, string>();
  const shared = (text: string): string => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  const maybe = (text: string | null): string | null => (text === null ? null : shared(text));
  return (row) => ({
    ...row,
    day: shared(row.day),
    user_agent: shared(row.user_agent),
    hostname: shared(row.hostname),
    pathname: shared(row.pathname),
    query: maybe(row.query),
    referrer: maybe(row.referrer),
    country: maybe(row.country),
  });
}

/** The same reads, and how many figures they answered so far: a rate that is null is one too. */
function counting(reads: Reads): { reads: Reads; figures(): number } {
  let count = 0;
  const counted = Object.entries(reads).map(([name, read]) => [
    name,
    async (...asked: unknown[]) => {
      const answer = await (read as (...asked: unknown[]) => Promise<unknown>)(...asked);
      count += figuresIn(answer);
      return answer;
    },
  ]);
  return { reads: Object.fromEntries(counted) as Reads, figures: () => count };
}

function figuresIn(value: unknown): number {
  if (value === null || typeof value === 'number') return 1;
  if (typeof value !== 'object') return 0;
  return Object.values(value).reduce<number>((sum, part) => sum + figuresIn(part), 0);
}
