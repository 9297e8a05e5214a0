import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { excludesSome, exclusionSpans, findExcluded, type Candidate } from '../facts/exclusions.ts';
import type { Names } from '../facts/names.ts';
import { changedBy } from '../facts/page-rule.ts';
import type { Rules } from '../facts/rules.ts';
import { termId } from '../facts/terms.ts';
import type { HitRange } from './pieces.ts';
import { countedRows } from './range.ts';

/**
 * Collects the texts of a range. Keys are digests: taken once for each text of it, instead of once for each hit.
 * `excludes`: some path is left out by its site, somewhere in the range.
 */
export async function collectTexts(
  tx: Tx,
  names: Names,
  rules: Pick<Rules, 'pageOf'>,
  range: HitRange,
): Promise<{ excludes: boolean }> {
  await sql`insert into build_seen (site_id, pathname, name)
    select distinct l.site_id, l.pathname, case when l.name <> 'engagement' then l.name end
    from (select * from log_hits l where ${countedRows(range)} offset 0) l
      left join ${names('agent')} a on a.agent_id = l.agent_id
    where a.bot is not true`.execute(tx);
  await sql`insert into build_path (path, site_id, pathname, page)
    select ${termId(sql`pathname`)}, site_id, pathname, pathname
    from (select distinct site_id, pathname from build_seen offset 0) x`.execute(tx);
  const excludes = await noteExcluded(tx, names, range);
  await turnIntoPages(tx, rules);
  return { excludes };
}

async function noteExcluded(tx: Tx, names: Names, { from, to }: HitRange): Promise<boolean> {
  if (!(await excludesSome(tx, names))) return false;
  const { rows: candidates } = await sql<Candidate>`
    select p.site_id, x.since, x.until, p.pathname
    from build_path p join ${exclusionSpans(names)} x on x.site_id = p.site_id
    where x.since < ${sql.lit(to)} and (x.until is null or x.until > ${sql.lit(from)})`.execute(tx);
  const out = await findExcluded(tx, names, candidates);
  if (out.length === 0) return false;
  await sql`insert into build_excluded (since, until, site_id, pathname)
    select * from unnest(${out.map((c) => c.since)}::bigint[], ${out.map((c) => c.until)}::bigint[],
      ${out.map((c) => c.site_id)}::int[], ${out.map((c) => c.pathname)}::text[])`.execute(tx);
  return true;
}

async function turnIntoPages(tx: Tx, { pageOf }: Pick<Rules, 'pageOf'>): Promise<void> {
  if (pageOf === undefined) return;
  const { rows } = await sql<{ pathname: string }>`select distinct pathname from build_path`.execute(tx);
  const pages = changedBy(pageOf, rows);
  if (pages === null) return;
  await sql`update build_path b set page = x.page, path = ${termId(sql`x.page`)}
    from ${pages} where b.pathname = x.pathname`.execute(tx);
}

/** Enters what was collected, and is new. */
export async function enterTexts(tx: Tx, names: Names): Promise<void> {
  await sql`insert into ${names('term')} (site_id, term_id, value)
    select x.site_id, x.term_id, x.value from (
        select site_id, path as term_id, page as value from build_path
        union
        select site_id, ${termId(sql`name`)}, name
        from (select distinct site_id, name from build_seen where name is not null offset 0) e) x
      left join ${names('term')} t on t.site_id = x.site_id and t.term_id = x.term_id
    where t.term_id is null order by 1, 2
    on conflict do nothing`.execute(tx);
}
