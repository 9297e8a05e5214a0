import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { OnRecord } from './known.ts';
import { problemIn, type RawProblem, type Segment } from './verification.ts';

export interface CheckedHits {
  readonly problems: RawProblem[];
  /** Hits of the segments that are not gone by retention. */
  hits: number;
  /** Blank rows by deleted site. */
  readonly erased: Map<number, number>;
  readonly trimmed: { segments: number; hits: number };
}

/** A digest that is not, or cannot be, what was sealed. */
interface Difference {
  segment: number;
  /** Null: all hits of the segment, by position and time. 0: blank ones. */
  site_id: number | null;
  sealed: number | null;
  rows: number | null;
  has_key: boolean;
}

/** Hashes the hits of segments again, in the database, and judges what differs. */
export async function checkHits(tx: Tx, segments: readonly Segment[], known: OnRecord): Promise<CheckedHits> {
  const differences = Map.groupBy(await readDifferences(tx, segments), (row) => row.segment);
  const result: CheckedHits = { problems: [], hits: 0, erased: new Map(), trimmed: { segments: 0, hits: 0 } };
  for (const segment of segments) {
    const rows = differences.get(segment.segment) ?? [];
    const all = rows.find((row) => row.site_id === null);
    if (all?.rows === 0 && segment.last < (known.trimmed?.before ?? 0)) {
      result.trimmed.segments += 1;
      result.trimmed.hits += segment.hits;
      continue;
    }
    result.hits += segment.hits;
    const { problems, erased, blank } = judgeSites(segment, rows, known);
    problems.push(...(await blankProblems(tx, segment, blank)));
    if (all !== undefined && problems.length === 0) problems.push(problemIn('hits', segment, stampsMessage(segment, all)));
    if (all !== undefined && all.rows !== segment.hits) problems.push(...(await placeProblems(tx, segment)));
    result.problems.push(...problems);
    for (const [siteId, count] of erased) result.erased.set(siteId, (result.erased.get(siteId) ?? 0) + count);
  }
  return result;
}

async function readDifferences(tx: Tx, segments: readonly Segment[]): Promise<Difference[]> {
  const numbers = segments.map((segment) => segment.segment);
  const { rows } = await sql<Difference>`
    with wanted as (
      select s.segment, s.first_position, s.last_position, s.hits, s.stamps
      from log_segments s where s.segment = any(${numbers}::bigint[])
    ), found as materialized (
      select w.segment, w.hits, w.stamps, d.site_id, d.rows, d.digest
      from wanted w cross join lateral digest_hits(w.first_position, w.last_position) d
    )
    select f.segment::float8 as segment, null::int as site_id, f.hits::float8 as sealed, f.rows::float8 as rows,
      false as has_key
    from found f where f.site_id is null and not (f.rows = f.hits and f.digest = f.stamps)
    union all
    select coalesce(f.segment, x.segment)::float8, coalesce(f.site_id, x.site_id), x.rows::float8, f.rows::float8,
      k.key is not null
    from (select * from found where site_id is not null) f
      full join (select * from log_segment_sites where segment = any(${numbers}::bigint[])) x
        on x.segment = f.segment and x.site_id = f.site_id
      left join log_site_keys k on k.site_id = coalesce(f.site_id, x.site_id)
    where (f.rows = x.rows and x.digest = blind_site(k.key, x.segment, f.digest)) is not true`.execute(tx);
  return rows;
}

interface Judged {
  readonly problems: RawProblem[];
  readonly erased: Map<number, number>;
  /** Blank rows: as they are, and as they should be. */
  readonly blank: { readonly rows: number; readonly expected: number };
}

/** An erased site has fewer rows, and as many blank ones in their stead; whatever else differs was changed. */
function judgeSites(segment: Segment, rows: readonly Difference[], known: OnRecord): Judged {
  const problems: RawProblem[] = [];
  const erased = new Map<number, number>();
  let expected = segment.hits - segment.siteHits;
  for (const { site_id: siteId, sealed, rows: found, has_key: hasKey } of rows) {
    if (siteId === null || siteId === 0) continue;
    const say = (message: string): void => void problems.push(problemIn('hits', segment, message, siteId));
    const there = found ?? 0;
    const deletion = known.deleted.get(siteId);
    if (sealed === null) {
      say(`no hits sealed, ${there} there`);
    } else if (deletion === undefined || there > sealed) {
      if (there !== sealed) say(`${hits(sealed)} sealed, ${there} there`);
      else if (!hasKey) say('the key to its digest is gone, though no deletion of the site is on record: it cannot be checked');
      else say(`of ${hits(sealed)}, at least one was changed, or a user agent that it refers to`);
    } else if (there > 0 && deletion.erasedAt !== null) {
      say(`${hits(there)} there, though the site was erased at position ${deletion.erasedAt}`);
    } else if (there === sealed && hasKey) {
      say(`of ${hits(sealed)}, at least one was changed, or a user agent that it refers to`);
    } else if (there < sealed) {
      erased.set(siteId, sealed - there);
      expected += sealed - there;
    }
  }
  return { problems, erased, blank: { rows: rows.find((row) => row.site_id === 0)?.rows ?? 0, expected } };
}

async function blankProblems(tx: Tx, segment: Segment, blank: Judged['blank']): Promise<RawProblem[]> {
  const problems: RawProblem[] = [];
  if (blank.rows !== blank.expected) {
    problems.push(problemIn('hits', segment, `${hits(blank.rows)} blank, and erasures on record explain ${blank.expected}`));
  }
  if (blank.rows === 0) return problems;
  const { rows } = await sql<{ position: string }>`
    select position from log_hits
    where position between ${segment.first} and ${segment.last} and site_id = 0 and not (visitor = 0 and agent_id = 0
      and occurred_at = 'epoch' and day = 'epoch' and hour = 0 and hostname = '' and pathname = ''
      and num_nonnulls(width, duration_ms, scroll, verdict, country, query, click_id, referrer, name, props, vitals,
        interactive, revenue, via) = 0)
    order by position limit 10`.execute(tx);
  if (rows.length > 0) {
    problems.push(problemIn('hits', segment, `erased hits are not blank: ${rows.map((row) => row.position).join(', ')}`));
  }
  return problems;
}

function stampsMessage(segment: Segment, all: Difference): string {
  return all.rows === segment.hits
    ? 'the time or the position of an erased hit was changed'
    : `${hits(segment.hits)} sealed, ${all.rows ?? 0} there`;
}

/** Which positions are empty, or given twice. */
async function placeProblems(tx: Tx, segment: Segment): Promise<RawProblem[]> {
  const { rows } = await sql<{ rows: number; first: string; last: string }>`
    with places as (
      select p.position, (exists (select from log_hits h where h.position = p.position))::int
        + (exists (select from log_events e where e.position = p.position))::int as rows
      from generate_series(${segment.first}::bigint, ${segment.last}::bigint) p(position)
    ), odd as (
      select position, rows, position - row_number() over (partition by rows order by position) as island
      from places where rows <> 1
    )
    select rows, min(position) as first, max(position) as last from odd group by rows, island
    order by min(position) limit 20`.execute(tx);
  const say = (wanted: number, what: string): RawProblem[] => {
    const ranges = rows
      .filter((row) => row.rows === wanted)
      .map(({ first, last }) => (first === last ? first : `${first} to ${last}`));
    return ranges.length === 0 ? [] : [problemIn('hits', segment, `${what} ${ranges.join(', ')}`)];
  };
  return [...say(0, 'nothing is there any more at'), ...say(2, 'both a hit and an event are at')];
}

const hits = (count: number): string => `${count} ${count === 1 ? 'hit' : 'hits'}`;
