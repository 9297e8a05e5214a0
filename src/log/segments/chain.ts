import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { problemIn, type RawProblem, type Segment } from './verification.ts';

const FIRST_PREVIOUS = '0'.repeat(64);

interface Row {
  segment: number;
  first: number;
  last: number;
  hits: number;
  events: number;
  site_hits: number;
  hash: string;
  previous: string;
  is_as_hashed: boolean;
}

/** The next segments after `after`, up to and with `upTo`: at most `limit`. */
export async function readSegments(tx: Tx, after: number | null, upTo: number, limit: number): Promise<Segment[]> {
  const { rows } = await sql<Row>`
    select s.segment::float8 as segment, s.first_position::float8 as first, s.last_position::float8 as last,
      s.hits::float8 as hits, s.events::float8 as events, encode(s.hash, 'hex') as hash,
      encode(s.previous, 'hex') as previous, segment_hash(s) = s.hash as is_as_hashed,
      (select coalesce(sum(x.rows), 0) from log_segment_sites x where x.segment = s.segment)::float8 as site_hits
    from log_segments s
    where (${after}::bigint is null or s.segment > ${after}::bigint) and s.segment <= ${upTo}::bigint
    order by s.segment limit ${limit}`.execute(tx);
  return rows.map(({ site_hits: siteHits, is_as_hashed: isAsHashed, ...row }) => ({ ...row, siteHits, isAsHashed }));
}

/** How a segment is wrong in the chain, given the one before it in the table. Its rows are not looked at. */
export function linkProblems(segment: Segment, before: Segment | undefined): RawProblem[] {
  const problems: RawProblem[] = [];
  const expected = (before?.segment ?? 0) + 1;
  const name = `segment ${segment.segment}`;
  if (segment.segment !== expected) {
    problems.push({
      kind: 'chain',
      segment: expected,
      first_position: (before?.last ?? 0) + 1,
      last_position: segment.first - 1,
      siteId: null,
      message:
        segment.segment === expected + 1
          ? `segment ${expected} is missing`
          : segment.segment > expected
            ? `segments ${expected} to ${segment.segment - 1} are missing`
            : `${name} was added`,
    });
  } else if (segment.first !== (before?.last ?? 0) + 1 || segment.previous !== (before?.hash ?? FIRST_PREVIOUS)) {
    const former = before === undefined ? 'what a first segment has' : `segment ${before.segment} as that is now`;
    problems.push(problemIn('chain', segment, `${name} does not follow ${former}: one of them was changed`));
  }
  if (!segment.isAsHashed) {
    problems.push(
      problemIn('chain', segment, `${name}: its own record was changed (its hash is of another one), so that its rows cannot be checked`),
    );
  }
  return problems;
}

/** Records of segments that there are not, and rows at positions that the log never gives. */
export async function strayProblems(tx: Tx, lastSegment: number): Promise<RawProblem[]> {
  const { rows } = await sql<{ records: number; hits: number; events: number }>`
    select (select count(*) from log_segment_sites x where x.segment < 1 or (x.segment > ${lastSegment}::bigint
          and not exists (select from log_segments s where s.segment = x.segment)))::float8
        + (select count(*) from log_segment_private x where x.segment < 1 or (x.segment > ${lastSegment}::bigint
          and not exists (select from log_segments s where s.segment = x.segment)))::float8 as records,
      (select count(*) from log_hits where position < 1)::float8 as hits,
      (select count(*) from log_events where position < 1)::float8 as events`.execute(tx);
  const { records = 0, hits = 0, events = 0 } = rows[0] ?? {};
  const nowhere = { segment: null, first_position: null, last_position: null, siteId: null };
  const problems: RawProblem[] = [];
  if (records > 0) problems.push({ ...nowhere, kind: 'chain', message: `records of segments that there are not: ${records}` });
  if (hits + events > 0) {
    problems.push({ ...nowhere, kind: 'before', message: `before position 1, where the log has none, rows: ${hits + events}` });
  }
  return problems;
}
