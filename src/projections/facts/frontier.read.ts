import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { Grain } from './frontier.ts';
import type { Names } from './names.ts';

/** Rows of one grain whose `day` is from `from` to `to`, both included. */
export interface Slice {
  grain: 'day' | Grain;
  from: string;
  to: string;
}

/** The latest day that a site was seen on; null before its first hit. */
export async function readFrontier(tx: Tx, names: Names, siteId: number): Promise<string | null> {
  const { rows } = await sql<{ day: string }>`
    select day from ${names('frontier')} where site_id = ${sql.lit(siteId)}`.execute(tx);
  return rows[0]?.day ?? null;
}

/**
 * Covers the days from `from` to `to` with as few rows as there are: months and thirds of months that lie within and
 * ended before the frontier, and days around them. In order; neighbours of one grain are one slice.
 */
export function slicesOf(from: string, to: string, frontier: string | null): Slice[] {
  const slices: Slice[] = [];
  for (let day = from; day <= to; ) {
    const { grain, next } = longestFrom(day, to, frontier ?? '');
    const last = slices.at(-1);
    if (last?.grain === grain) last.to = day;
    else slices.push({ grain, from: day, to: day });
    if (grain === 'day' && day >= (frontier ?? '')) {
      // Nothing is rolled up from here on.
      const open = slices.at(-1);
      if (open !== undefined) open.to = to;
      break;
    }
    day = next;
  }
  return slices;
}

function longestFrom(day: string, to: string, frontier: string): { grain: Slice['grain']; next: string } {
  const place = Number(day.slice(8));
  if (place === 1) {
    const next = nextMonth(day);
    if (next <= frontier && previousDay(next) <= to) return { grain: 'month', next };
  }
  if (place === 1 || place === 11 || place === 21) {
    const next = place === 21 ? nextMonth(day) : `${day.slice(0, 8)}${place + 10}`;
    if (next <= frontier && previousDay(next) <= to) return { grain: 'third', next };
  }
  return { grain: 'day', next: shift(day, 1) };
}

function shift(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
const previousDay = (day: string): string => shift(day, -1);
const nextMonth = (day: string): string => `${shift(`${day.slice(0, 7)}-28`, 4).slice(0, 7)}-01`;

/** The first days of the periods of a slice: what its rows can have for `day`. */
export function periodsOf({ grain, from, to }: Slice): string[] {
  const starts: string[] = [];
  for (let day = from; day <= to; ) {
    starts.push(day);
    if (grain === 'day') day = shift(day, 1);
    else day = grain === 'month' || day.endsWith('-21') ? nextMonth(day) : `${day.slice(0, 8)}${Number(day.slice(8)) + 10}`;
  }
  return starts;
}

/** The rows of a site over slices: `select <columns> from <base>_<grain> …`, one under the other. */
export function unionOfSlices(
  names: Names,
  base: string,
  slices: readonly Slice[],
  columns: RawBuilder<unknown>,
  where: RawBuilder<unknown>,
  /** Whether few rows of each period are wanted: each period is then looked up by itself. */
  byPeriod = false,
): RawBuilder<unknown> {
  const parts = slices.map((slice) => {
    const days = byPeriod
      ? sql`day = any (${sql.lit(`{${periodsOf(slice).join()}}`)}::date[])`
      : sql`day between ${sql.lit(slice.from)}::date and ${sql.lit(slice.to)}::date`;
    return sql`select ${columns} from ${names(`${base}_${slice.grain}`)} where ${where} and ${days}`;
  });
  return sql.join(parts, sql` union all `);
}
