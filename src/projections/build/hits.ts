import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { commitLazily } from '../facts/commit-lazily.ts';
import { interpretUnknown } from '../facts/interpret.ts';
import type { Names } from '../facts/names.ts';
import { deviceOfHit, readBatch, sourceKey } from '../facts/read-batch.ts';
import type { Rules } from '../facts/rules.ts';
import { countryCode, termId } from '../facts/terms.ts';
import { isPassive, vitalsOfHit } from '../facts/vitals.ts';
import { ensureBuildTables } from './build.tables.ts';
import { collectTexts, enterTexts } from './paths.ts';
import type { HitRange } from './pieces.ts';
import { countedRows } from './range.ts';
import { joiningByHash } from './settings.ts';

/** Large enough that texts which many hits share are digested a few times only. */
export const HITS_A_RANGE = 250_000;

/** Serializes who enters agents and sources: a moment, as their transaction ends with it. */
const DICTIONARIES_LOCK = sql.lit('4703919738795935670');

/**
 * Enters the agents and sources of a range that no rule has interpreted yet. To be committed before `buildHits`: other
 * connections that meet the same ones wait until it is. Whatever enters terms does so by site and key, so that two
 * never wait for each other.
 */
export async function prepareHits(tx: Tx, names: Names, rules: Rules, range: HitRange): Promise<void> {
  await ensureBuildTables(tx, []);
  await commitLazily(tx);
  // One hit for each, which the fold's own way then reads, and asks the rules about.
  const { rows } = await joiningByHash(tx, () => sql<{ position: string }>`
    select min(l.position) as position
    from (select *, ${sourceKey} as source from log_hits l where ${countedRows(range)} offset 0) l
      left join ${names('agent')} a on a.agent_id = l.agent_id
      left join ${names('source')} s on s.site_id = l.site_id and s.source_id = l.source
    where a.bot is not true and (a.agent_id is null or s.source_id is null)
    group by case when a.agent_id is null then l.agent_id end, case when s.source_id is null then l.site_id end,
      case when s.source_id is null then l.source end`.execute(tx));
  if (rows.length === 0) return;
  await sql`select pg_advisory_xact_lock(${DICTIONARIES_LOCK}::bigint)`.execute(tx);
  await readBatch(tx, names, range, rows.map((row) => row.position));
  await interpretUnknown(tx, names, rules);
}

/** The hits of a range of the log that count, into `hit`. */
export async function buildHits(tx: Tx, names: Names, rules: Rules, range: HitRange): Promise<{ hits: number }> {
  await ensureBuildTables(tx, []);
  await commitLazily(tx);
  return await joiningByHash(tx, async () => {
    const { excludes } = await collectTexts(tx, names, rules, range);
    const excluded = sql`and not exists (select from build_excluded x
      where x.site_id = l.site_id and x.pathname = l.pathname and l.position > x.since
        and (x.until is null or l.position < x.until))`;
    // An agent or a source that is not interpreted leaves its key null, which the table refuses.
    const inserted = await sql`insert into ${names('hit')} (visitor, at, position, path, source, event, site_id, day,
        agent_id, ms, hour, country, device, scroll, engagement, passive, lcp, inp, cls)
      select l.visitor, l.occurred_at, l.position, p.path, s.source_id,
        case when l.name <> 'engagement' then ${termId(sql`l.name`)} end, l.site_id, l.day, a.agent_id, l.duration_ms,
        l.hour, ${countryCode(sql`l.country`)}, ${deviceOfHit}, l.scroll, l.name is not distinct from 'engagement',
        ${isPassive}, ${vitalsOfHit}
      from (select *, ${sourceKey} as source from log_hits l where ${countedRows(range)} offset 0) l
        left join build_path p on p.site_id = l.site_id and p.pathname = l.pathname
        left join ${names('agent')} a on a.agent_id = l.agent_id
        left join ${names('source')} s on s.site_id = l.site_id and s.source_id = l.source
      where a.bot is not true and s.spam is not true ${excludes ? excluded : sql``}`.execute(tx);
    // Last: whoever enters the same text waits from here until this is committed.
    await enterTexts(tx, names);
    return { hits: Number(inserted.numAffectedRows ?? 0n) };
  });
}
