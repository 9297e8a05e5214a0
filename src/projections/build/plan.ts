import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { commitLazily } from '../facts/commit-lazily.ts';
import { createHitIndexes } from '../facts/facts.tables.ts';
import type { Names } from '../facts/names.ts';
import type { DayPiece } from './pieces.ts';

/** What is sorted stays in memory, and near the processor; and beside traffic a rest is never far away. */
const HITS_A_PIECE = 150_000;

/** Memory to sort the keys in, where the server's own setting is lower. */
const SORTING_MB = sql.lit(256);

/**
 * The indexes on `hit`, when it is loaded.
 * @param workers processes that sort beside the connection's own, where the server has any to spare
 */
export async function indexHits(tx: Tx, names: Names, { workers = 0 } = {}): Promise<void> {
  await commitLazily(tx);
  await sql`set local max_parallel_maintenance_workers = ${sql.lit(workers)}`.execute(tx);
  await sql`select set_config('maintenance_work_mem', greatest(${SORTING_MB},
    pg_size_bytes(current_setting('maintenance_work_mem')) / 1024 / 1024) || 'MB', true)`.execute(tx);
  await createHitIndexes(tx, names);
  await sql`analyze ${names('hit')}`.execute(tx);
}

interface SiteDay {
  site_id: number;
  day: string;
  hits: number;
}

export interface PlanOptions {
  /** Views alone are built: `frontier` is kept by the fold of living facts. */
  readonly keepFrontier?: boolean;
  /** Hits of a piece, where a day has not more by itself. */
  readonly most?: number;
}

/** The days that `hit` has rows of, as pieces. Notes the latest day of each site in `frontier`. */
export async function planDays(tx: Tx, names: Names, siteId?: number, o: PlanOptions = {}): Promise<DayPiece[]> {
  const ofSite = siteId === undefined ? sql`true` : sql`site_id = ${sql.lit(siteId)}`;
  const { rows } = await sql<SiteDay>`
    select site_id, day, count(*)::int as hits from ${names('hit')} where ${ofSite} group by 1, 2 order by 1, 2`.execute(tx);
  if (o.keepFrontier !== true) {
    const last = new Map(rows.map((row) => [row.site_id, row.day]));
    await sql`insert into ${names('frontier')} (site_id, day)
      select * from unnest(${[...last.keys()]}::int[], ${[...last.values()]}::date[])
      on conflict (site_id) do update set day = excluded.day`.execute(tx);
  }
  return piecesOf(rows, o.most ?? HITS_A_PIECE);
}

/**
 * Months, several of a small site together; of a month that is too large, thirds of it, and of such a third, days. So
 * most pieces hold the whole of what days are rolled up to. In order of site and day.
 */
export function piecesOf(days: readonly SiteDay[], most: number): DayPiece[] {
  const months = groupsOf(days, (d) => `${d.site_id} ${d.day.slice(0, 7)}`);
  const pieces: DayPiece[] = [];
  let open: DayPiece | undefined;
  for (const month of months) {
    const whole = pieceOf(month, 'month');
    if (open?.siteId === whole.siteId && open.hits + whole.hits <= most) {
      open = { ...open, toDay: whole.toDay, hits: open.hits + whole.hits };
      pieces[pieces.length - 1] = open;
      continue;
    }
    open = whole.hits <= most ? whole : undefined;
    pieces.push(...(open === undefined ? partsOf(month, most) : [open]));
  }
  return pieces;
}

function partsOf(month: readonly SiteDay[], most: number): DayPiece[] {
  return groupsOf(month, (d) => String(thirdOf(d.day))).flatMap((third) => {
    const whole = pieceOf(third, 'third');
    return whole.hits <= most ? [whole] : third.map((day) => pieceOf([day], 'day'));
  });
}

function groupsOf(days: readonly SiteDay[], keyOf: (day: SiteDay) => string): SiteDay[][] {
  const groups = new Map<string, SiteDay[]>();
  for (const day of days) groups.set(keyOf(day), [...(groups.get(keyOf(day)) ?? []), day]);
  return [...groups.values()];
}

function pieceOf(days: readonly SiteDay[], grain: 'day' | 'third' | 'month'): DayPiece {
  const [first] = days;
  if (first === undefined) throw new Error('a piece without days');
  const [fromDay, toDay] = periodOf(first.day, grain);
  const hits = days.reduce((sum, day) => sum + day.hits, 0);
  return { siteId: first.site_id, month: `${first.day.slice(0, 8)}01`, fromDay, toDay, hits };
}

/** The third of its month that a day is in: 0, 1 or 2. */
const thirdOf = (day: string): number => Math.min(2, Math.floor((Number(day.slice(8)) - 1) / 10));

/** First and last day of the period of that grain that a day is in. */
export function periodOf(day: string, grain: 'day' | 'third' | 'month'): [first: string, last: string] {
  if (grain === 'day') return [day, day];
  const month = day.slice(0, 8);
  const [year = 0, number = 0] = day.split('-').map(Number);
  const last = `${month}${new Date(Date.UTC(year, number, 0)).getUTCDate()}`;
  if (grain === 'month') return [`${month}01`, last];
  const third = thirdOf(day);
  return [`${month}${third}1`, third === 2 ? last : `${month}${third + 1}0`];
}
