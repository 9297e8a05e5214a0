import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { problemIn, type RawProblem, type Segment } from './verification.ts';

/** Hashes the events of segments again, and what is private of them: that may be blank where its site was deleted. */
export async function checkEvents(tx: Tx, segments: readonly Segment[]): Promise<RawProblem[]> {
  const numbers = segments.map((segment) => segment.segment);
  const { rows } = await sql<{ segment: number; found: number }>`
    select s.segment::float8 as segment, d.events::float8 as found
    from log_segments s cross join lateral digest_events(s.first_position, s.last_position) d
    where s.segment = any(${numbers}::bigint[]) and not (d.events = s.events and d.digest = s.event_digest)`.execute(tx);
  const bySegment = new Map(segments.map((segment) => [segment.segment, segment]));
  const problems: RawProblem[] = [];
  for (const { segment: number, found } of rows) {
    const segment = bySegment.get(number);
    if (segment === undefined) continue;
    const message =
      found === segment.events
        ? `of ${events(found)}, at least one was changed`
        : `${events(segment.events)} sealed, ${found} there`;
    problems.push(problemIn('events', segment, message));
  }
  return [...problems, ...(await privateProblems(tx, numbers, bySegment))];
}

async function privateProblems(
  tx: Tx,
  numbers: readonly number[],
  segments: ReadonlyMap<number, Segment>,
): Promise<RawProblem[]> {
  const { rows } = await sql<{ segment: number; position: string; type: string }>`
    select s.segment::float8 as segment, e.position, e.type
    from log_segments s
      join log_events e on e.position between s.first_position and s.last_position
      left join log_segment_private p on p.segment = s.segment and p.position = e.position
      left join log_private_keys k on k.position = e.position
    where s.segment = any(${[...numbers]}::bigint[]) and (p.position is not null or e.private is not null)
      and case
        when p.position is null then true
        when k.key is not null then (e.private is not null and p.digest = blind_private(k.key, e.position, e.private)) is not true
        else e.private is not null or not exists (
          select from log_events d where d.type = 'SiteDeleted' and d.data ->> 'id' in (e.site::text, e.data ->> 'site'))
      end
    order by s.segment, e.position`.execute(tx);
  return rows.flatMap(({ segment: number, position, type }) => {
    const segment = segments.get(number);
    if (segment === undefined) return [];
    return [problemIn('private', segment, `what is private of the ${type} at position ${position} was changed`)];
  });
}

const events = (count: number): string => `${count} ${count === 1 ? 'event' : 'events'}`;
