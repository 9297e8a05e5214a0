import { sql } from 'kysely';

import { pathMatcher } from '../../domain/exclusion.ts';
import { readRange } from '../../log/read-range.ts';
import type { Tx } from '../../platform/database.ts';
import type { Judged } from './counted.ts';
import { pagesOf } from './interpret.ts';
import { inScope, type Scope, type Span } from './scope.ts';
import { integers, makeTemporary, temporary } from './temporary.ts';

/** From one `SiteChanged` to the next, a site left out the paths of these patterns. */
interface Exclusion {
  siteId: number;
  /** Both not included; `until` null: up to now. */
  since: string;
  until: string | null;
  isExcluded: (pathname: string) => boolean;
}

/** Applies the rules of paths to the distinct ones: which of them count not at all, and which as another page. */
export async function judgePathnames(tx: Tx, scope: Scope, span: Span): Promise<Pick<Judged, 'excludes' | 'turnsPages'>> {
  return { excludes: await findExcluded(tx, scope, span), turnsPages: await findPages(tx, scope, span) };
}

async function findExcluded(tx: Tx, scope: Scope, span: Span): Promise<boolean> {
  const exclusions = (await readExclusions(tx, scope)).filter(({ since, until }) => {
    return BigInt(since) < BigInt(span.last) && (until === null || BigInt(until) > BigInt(span.first));
  });
  if (exclusions.length === 0) return false;
  await makeTemporary(tx, 'excluded', sql`select null::int as site_id, null::bigint as since, null::bigint as until,
    null::text collate "C" as pathname where false`);
  const untils = exclusions.map(({ until }) => until ?? 'null');
  await makeTemporary(tx, 'new', sql`select row_number() over () as n, x.* from (
    select distinct e.i, l.pathname from log_hits l
      join unnest(${integers(exclusions.map((one) => one.siteId), 'int')},
        ${integers(exclusions.map((one) => one.since), 'bigint')}, ${integers(untils, 'bigint')})
        with ordinality e(site_id, since, until, i)
      on e.site_id = l.site_id and l.position > e.since and (e.until is null or l.position < e.until)
    where ${inScope(scope, span)}) x`);
  const select = sql<{ i: string; pathname: string }>`select x.i, x.pathname from ${temporary('new')} x`;
  for await (const rows of pagesOf(tx, select)) {
    const out = rows.flatMap(({ i, pathname }) => {
      const one = exclusions[Number(i) - 1];
      return one?.isExcluded(pathname) === true ? [{ site_id: one.siteId, since: one.since, until: one.until, pathname }] : [];
    });
    await sql`insert into ${temporary('excluded')} select * from jsonb_to_recordset(${JSON.stringify(out)}::jsonb)
      x(site_id int, since bigint, until bigint, pathname text)`.execute(tx);
  }
  await sql`analyze ${temporary('excluded')}`.execute(tx);
  return true;
}

/** A hit is judged by what its site had last said before it. */
async function readExclusions(tx: Tx, { siteId, position }: Scope): Promise<Exclusion[]> {
  const latest = new Map<number, Exclusion>();
  const all: Exclusion[] = [];
  for (const { position: at, event } of await readRange(tx, ['SiteChanged'], 0n, BigInt(position))) {
    const { site_id, changes } = event.data;
    if (changes.excluded_paths === undefined || (siteId !== undefined && site_id !== siteId)) continue;
    const before = latest.get(site_id);
    if (before !== undefined) before.until = at;
    const one = { siteId: site_id, since: at, until: null, isExcluded: pathMatcher(changes.excluded_paths) };
    latest.set(site_id, one);
    if (changes.excluded_paths.length > 0) all.push(one);
  }
  return all;
}

async function findPages(tx: Tx, scope: Scope, span: Span): Promise<boolean> {
  const { pageOf } = scope.rules;
  if (pageOf === undefined) return false;
  await makeTemporary(tx, 'page', sql`select null::text collate "C" as pathname, null::text as page where false`);
  await makeTemporary(tx, 'new', sql`select row_number() over () as n, pathname from (
    select l.pathname from log_hits l where ${inScope(scope, span)} group by 1) x`);
  const select = sql<{ pathname: string }>`select x.pathname from ${temporary('new')} x`;
  for await (const rows of pagesOf(tx, select)) {
    const turned = rows.map(({ pathname }) => ({ pathname, page: pageOf(pathname) }));
    const changed = turned.filter(({ pathname, page }) => pathname !== page);
    await sql`insert into ${temporary('page')} select * from jsonb_to_recordset(${JSON.stringify(changed)}::jsonb)
      x(pathname text, page text)`.execute(tx);
  }
  await sql`analyze ${temporary('page')}`.execute(tx);
  return true;
}
