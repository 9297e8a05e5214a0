import { sql } from 'kysely';

import type { Tx } from '../../platform/database.ts';
import { isAfter } from './live.ts';
import { ofSitesAndDays, type Scope, type Span } from './scope.ts';

/** Hits at once: what is sorted and hashed of them fits into the memory that a statement may take. */
const HITS_A_PIECE = 500_000;

/** Whole days, one after the other; between them they cover all days asked for, those without a hit, too. */
export interface Piece extends Span {
  hits: number;
}

export interface Survey {
  pieces: Piece[];
  /** Hits of the days asked for. */
  hits: number;
  /** Where hits of the last 24 hours lie. */
  recent: Span | null;
  /** Where hits after the days asked for lie. */
  later: Span | null;
  /** All of these together. */
  whole: Span;
}

/**
 * Finds out between which positions the days lie, by one look at the whole log: its one index is by position, and a day
 * may stand anywhere, as hits can be imported.
 * @param since for `recent`; null: it is not needed
 * @param looksOn whether `later` is needed
 */
export async function survey(tx: Tx, scope: Scope, since: Date | null, looksOn: boolean): Promise<Survey> {
  const isRecent = since === null ? sql`false` : isAfter('l.occurred_at', since);
  const conditions = [
    sql`l.position <= ${scope.position}::bigint`,
    scope.siteId === undefined ? sql`l.site_id <> 0` : sql`l.site_id = ${scope.siteId}`,
    ...ofSitesAndDays(scope, 'l'),
  ];
  if (scope.from !== undefined) conditions.push(sql`(l.day >= ${scope.from}::date or ${isRecent})`);
  if (scope.to !== undefined && !looksOn) conditions.push(sql`(l.day <= ${scope.to}::date or ${isRecent})`);
  const { rows } = await sql<Day>`
    select l.day::text as day, min(l.position) as first, max(l.position) as last, count(*)::float8 as hits,
      min(l.position) filter (where ${isRecent}) as recent
    from log_hits l where ${sql.join(conditions, sql` and `)} group by l.day order by l.day`.execute(tx);
  const days = rows.filter(({ day }) => day >= (scope.from ?? day) && day <= (scope.to ?? day));
  const later = looksOn ? rows.filter(({ day }) => scope.to !== undefined && day > scope.to) : [];
  const recent = rows.filter((row) => row.recent !== null).map((row) => ({ ...row, first: row.recent ?? row.first }));
  return {
    pieces: piecesOf(days, scope),
    hits: days.reduce((sum, day) => sum + day.hits, 0),
    recent: recent.length === 0 ? null : around(recent),
    later: later.length === 0 || later[0] === undefined ? null : { ...around(later), from: later[0].day },
    whole: around([...days, ...later, ...recent]),
  };
}

interface Day {
  day: string;
  first: string;
  last: string;
  hits: number;
  recent: string | null;
}

function piecesOf(days: readonly Day[], { from, to }: Scope): Piece[] {
  const groups: Day[][] = [[]];
  let hits = 0;
  for (const day of days) {
    hits += day.hits;
    if (hits > HITS_A_PIECE && groups.at(-1)?.length !== 0) {
      groups.push([]);
      hits = day.hits;
    }
    groups.at(-1)?.push(day);
  }
  return groups.map((group, i) => {
    const begin = i === 0 ? from : group[0]?.day;
    const next = groups[i + 1]?.[0]?.day;
    const end = next === undefined ? to : dayBefore(next);
    return {
      ...around(group),
      hits: group.reduce((sum, day) => sum + day.hits, 0),
      ...(begin === undefined ? {} : { from: begin }),
      ...(end === undefined ? {} : { to: end }),
    };
  });
}

/** Of no rows: positions that there are none between. */
function around(rows: readonly { first: string; last: string }[]): Span {
  let [first, last] = [1n, 0n];
  for (const row of rows) {
    if (last === 0n || BigInt(row.first) < first) first = BigInt(row.first);
    if (BigInt(row.last) > last) last = BigInt(row.last);
  }
  return { first: first.toString(), last: last.toString() };
}

const dayBefore = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
