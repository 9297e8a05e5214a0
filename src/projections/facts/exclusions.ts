import { sql } from 'kysely';
import { pathMatcher } from '../../domain/exclusion.ts';
import { readRange } from '../../log/read-range.ts';
import type { Tx } from '../../platform/database.ts';
import type { Names } from './names.ts';
import type { Range } from './read-batch.ts';

/**
 * Which paths each site left out, and since when: a row for every `SiteChanged` that said so, with the position from
 * which it holds. Hits are judged by what held when they came, so that a later change neither hides nor reveals them.
 */
export async function createExclusionTable(tx: Tx, names: Names): Promise<void> {
  await sql`create table if not exists ${names('exclusion')} (
    site_id integer not null, position bigint not null, patterns text[] not null,
    primary key (site_id, position))`.execute(tx);
}

/**
 * Takes what the range says about excluded paths into the history. Answers the sites that were deleted in it: their
 * history is of no use once the range is folded, since the log takes no hit of a site that is gone.
 */
export async function noteExclusions(tx: Tx, names: Names, { from, to }: Pick<Range, 'from' | 'to'>): Promise<number[]> {
  const deleted: number[] = [];
  for (const { position, event } of await readRange(tx, ['SiteChanged', 'SiteDeleted'], from, to)) {
    if (event.type === 'SiteDeleted') {
      deleted.push(event.data.site_id);
      continue;
    }
    const { excluded_paths: patterns } = event.data.changes;
    if (patterns === undefined) continue;
    await sql`insert into ${names('exclusion')} (site_id, position, patterns)
      values (${event.data.site_id}, ${position}::bigint, ${[...patterns]}::text[]) on conflict do nothing`.execute(tx);
  }
  return deleted;
}

export async function forgetExclusions(tx: Tx, names: Names, siteIds: readonly number[]): Promise<void> {
  if (siteIds.length === 0) return;
  await sql`delete from ${names('exclusion')} where site_id = any (${[...siteIds]}::int[])`.execute(tx);
}

/** A path of a site, and the span of positions in which one set of patterns held there. */
export interface Candidate {
  site_id: number;
  /** The patterns hold after this position, up to the one before `until`. */
  since: string;
  until: string | null;
  pathname: string;
}

/** The history as spans, as SQL: `site_id`, `since` (not in it), `until` (not in it; null: still), `patterns`. */
export const exclusionSpans = (names: Names) => sql`
  (select * from (
    select site_id, position as since, lead(position) over (partition by site_id order by position) as until, patterns
    from ${names('exclusion')}) x where patterns <> '{}')`;

/** Whether some site leaves out anything. */
export async function excludesSome(tx: Tx, names: Names): Promise<boolean> {
  const { rows } = await sql`select from ${names('exclusion')} where patterns <> '{}' limit 1`.execute(tx);
  return rows.length > 0;
}

/** Those of the candidates that their site left out at the time. */
export async function findExcluded<T extends Candidate>(tx: Tx, names: Names, candidates: readonly T[]): Promise<T[]> {
  if (candidates.length === 0) return [];
  return candidates.filter(await readMatcher(tx, names, candidates));
}

/**
 * Takes the hits on excluded paths out of `batch_hit`, engagement reports too. The rule is the domain's own, asked once
 * per distinct path of the sites that exclude something; where no site does, this is one look at an empty table.
 */
export async function dropExcluded(tx: Tx, names: Names): Promise<void> {
  if (!(await excludesSome(tx, names))) return;
  const { rows: candidates } = await sql<Candidate & { path: string }>`
    select distinct b.site_id, x.since, x.until, b.path, b.pathname
    from batch_hit b join ${exclusionSpans(names)} x
      on x.site_id = b.site_id and b.position > x.since and (x.until is null or b.position < x.until)`.execute(tx);
  const out = await findExcluded(tx, names, candidates);
  if (out.length === 0) return;
  await sql`delete from batch_hit b
    using unnest(${out.map((c) => c.site_id)}::int[], ${out.map((c) => c.path)}::bigint[],
      ${out.map((c) => c.since)}::bigint[], ${out.map((c) => c.until)}::bigint[]) x(site_id, path, since, until)
    where b.site_id = x.site_id and b.path = x.path and b.position > x.since
      and (x.until is null or b.position < x.until)`.execute(tx);
}

/** The rule of each set of patterns that these met. */
async function readMatcher(tx: Tx, names: Names, met: readonly Candidate[]): Promise<(c: Candidate) => boolean> {
  const sets = [...new Map(met.map((c) => [keyOf(c.site_id, c.since), c])).values()];
  const { rows } = await sql<{ site_id: number; position: string; patterns: string[] }>`
    select site_id, position, patterns from ${names('exclusion')}
    where (site_id, position) in (
      select * from unnest(${sets.map((c) => c.site_id)}::int[], ${sets.map((c) => c.since)}::bigint[]))`.execute(tx);
  const matchers = new Map(rows.map((row) => [keyOf(row.site_id, row.position), pathMatcher(row.patterns)]));
  return (c) => matchers.get(keyOf(c.site_id, c.since))?.(c.pathname) === true;
}

const keyOf = (siteId: number, position: string): string => `${siteId} ${position}`;
