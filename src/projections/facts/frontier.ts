import { sql, type RawBuilder } from 'kysely';
import type { Names } from './names.ts';
import type { Run } from './run.ts';

/**
 * Days are rolled up to thirds of a month (1st to 10th, 11th to 20th, the rest) and to months once they are over, so
 * that a batch touches the rows of days alone. A site's frontier is the latest day that it was seen on: what ends before
 * it is closed and stands in the roll-ups too. That is a function of the hits alone, not of when they were folded.
 */
export const GRAINS = ['third', 'month'] as const;
export type Grain = (typeof GRAINS)[number];

/** The first day of the period of that grain that a day is in, as SQL. */
export function periodStart(grain: Grain, day: RawBuilder<unknown>): RawBuilder<string> {
  // Without a time zone: as a moment in one, each day would be looked up in its table.
  const month = sql`date_trunc('month', ${day}::timestamp)::date`;
  if (grain === 'month') return sql<string>`${month}`;
  return sql<string>`(${month} + least((date_part('day', ${day}::timestamp)::int - 1) / 10, 2) * 10)`;
}

/** A page with more visitors than this is found by an index of its own in the roll-ups. */
export const FEW_VISITORS = 32;

export interface FrontierMove {
  /** Some hit of the batch is of a period that was closed before. */
  late: boolean;
  /** Some site's frontier went on into another third of a month. */
  closes: boolean;
  /**
   * Of a bulk build alone, which takes nothing away: grains of which no row is there yet for any day of the batch, so
   * that they are inserted without looking for one.
   */
  fresh?: Readonly<Record<'day' | Grain, boolean>>;
}

/** Moves the frontiers of the batch's sites; `site_frontier` keeps where they were for the views. */
export async function moveFrontiers(run: Run, names: Names): Promise<FrontierMove> {
  await run(sql`insert into site_frontier (site_id, first_day, old_day, new_day)
    select b.site_id, b.first_day, f.day, greatest(f.day, b.last_day)
    from (select site_id, min(day) as first_day, max(day) as last_day from batch_hit group by 1) b
      left join ${names('frontier')} f using (site_id)`);
  await run(sql`insert into ${names('frontier')} (site_id, day) select site_id, new_day from site_frontier order by 1
    on conflict (site_id) do update set day = excluded.day where frontier.day <> excluded.day`);
  return await readMove(run);
}

/** The same where visitor-days are touched without a hit that is new: frontiers stay where they are. */
export async function keepFrontiers(run: Run, names: Names): Promise<FrontierMove> {
  await run(sql`insert into site_frontier (site_id, first_day, old_day, new_day)
    select site_id, t.first_day, f.day, f.day
    from (select site_id, min(day) as first_day from touched group by 1) t join ${names('frontier')} f using (site_id)`);
  return await readMove(run);
}

async function readMove(run: Run): Promise<FrontierMove> {
  const rows = await run.rows(sql<FrontierMove>`
    select coalesce(bool_or(${periodStart('third', sql`first_day`)} < ${periodStart('third', sql`old_day`)}), false) as late,
      coalesce(bool_or(${periodStart('third', sql`new_day`)} > coalesce(${periodStart('third', sql`old_day`)},
        ${periodStart('third', sql`first_day`)})), false) as closes
    from site_frontier`);
  return rows[0] ?? { late: false, closes: false };
}

export interface RolledUp {
  /** The day table; `_third` and `_month` are those of its roll-ups. `day` is the first of the period there. */
  base: string;
  /** The temporary table with what the batch adds, one row a key, signed. */
  delta: RawBuilder<unknown>;
  /** Key columns beside `site_id` and `day`, in the order of the primary key, around `day`. */
  before: readonly string[];
  after: readonly string[];
  measures: readonly string[];
  /** Values of the first of `before`, where there is one: each is scanned by itself. */
  scans?: readonly number[];
  /** The sum of a measure over rows, and what an existing row `z` and a new one `excluded` come to. */
  sum(measure: string): RawBuilder<unknown>;
  add(measure: string): RawBuilder<unknown>;
  /** Where rows can come to nothing: when a row `d` of the delta takes something away, and when a row `z` is empty. */
  vanish?: { takesAway: RawBuilder<unknown>; isEmpty: RawBuilder<unknown> };
}

/**
 * Adds a delta to the days, in key order, so that neighbours on a page of the index are touched together; to closed
 * periods where it is late; and rolls up what it closed. Rows that came to nothing are removed.
 */
export async function addToDays(run: Run, names: Names, t: RolledUp, move: FrontierMove): Promise<void> {
  await addTo(run, t, { table: names(`${t.base}_day`), day: sql`d.day`, delta: sql`${t.delta} d` }, move.fresh?.day);
  for (const grain of GRAINS) {
    const start = periodStart(grain, sql`d.day`);
    if (move.late) {
      const closed = sql`(select d.* from ${t.delta} d join site_frontier f using (site_id)
        where ${start} < ${periodStart(grain, sql`f.old_day`)}) d`;
      const target = { table: names(`${t.base}_${grain}`), day: start, delta: closed, rollsUp: true };
      await addTo(run, t, target, move.fresh?.[grain]);
    }
    if (move.closes) await close(run, names, t, grain);
  }
}

const list = (columns: readonly string[]) => sql.join(columns.map((c) => sql.ref(c)));

interface Target {
  table: RawBuilder<unknown>;
  /** What `day` is there, and the rows to add. */
  day: RawBuilder<unknown>;
  delta: RawBuilder<unknown>;
  /** Several rows of the delta come to one. */
  rollsUp?: boolean;
}

async function addTo(run: Run, t: RolledUp, { table, day, delta, rollsUp = false }: Target, fresh?: boolean): Promise<void> {
  const keys = ['site_id', ...t.before, 'day', ...t.after];
  const keyValues = sql.join(keys.map((k) => (k === 'day' ? day : sql.ref(`d.${k}`))));
  const places = sql.join(keys.map((_, i) => sql.lit(i + 1)));
  await run(sql`insert into ${table} as z (${list([...keys, ...t.measures])})
    select ${keyValues}, ${sql.join(t.measures.map((m) => (rollsUp ? t.sum(m) : sql.ref(`d.${m}`))))}
    from ${delta} ${rollsUp ? sql`group by ${places}` : sql``} order by ${places}
    ${fresh === true ? sql`` : sql`on conflict (${list(keys)}) do update set
      ${sql.join(t.measures.map((m) => sql`${sql.ref(m)} = ${t.add(m)}`))}`}`);
  if (t.vanish === undefined || fresh !== undefined) return;
  const same = sql.join(
    keys.map((k) => sql`z.${sql.ref(k)} = ${k === 'day' ? day : sql.ref(`d.${k}`)}`),
    sql` and `,
  );
  await run(sql`delete from ${table} z using (
      select y.row_id from ${delta} cross join lateral (
        select z.ctid as row_id from ${table} z where ${same} and ${t.vanish.isEmpty} offset 0) y
      where ${t.vanish.takesAway}) x
    where z.ctid = x.row_id`);
}

async function close(run: Run, names: Names, t: RolledUp, grain: Grain): Promise<void> {
  const oldStart = periodStart(grain, sql`f.old_day`);
  const newStart = periodStart(grain, sql`f.new_day`);
  const scans =
    t.scans === undefined ? sql`` : sql`cross join unnest(array[${sql.join(t.scans.map((s) => sql.lit(s)))}]) s(scan)`;
  const ofScan = t.scans === undefined ? sql`` : sql`and ${sql.ref(t.before[0] ?? '')} = s.scan`;
  const keys = ['site_id', ...t.before, 'day', ...t.after];
  const day = periodStart(grain, sql`z.day`);
  const places = sql.join(keys.map((_, i) => sql.lit(i + 1)));
  await run(sql`insert into ${names(`${t.base}_${grain}`)} (${list([...keys, ...t.measures])})
    select ${sql.join(keys.map((k) => (k === 'day' ? day : sql.ref(`z.${k}`))))},
      ${sql.join(t.measures.map((m) => t.sum(m)))}
    from site_frontier f ${scans} cross join lateral (
      select * from ${names(`${t.base}_day`)} where site_id = f.site_id ${ofScan}
        and day >= coalesce(${oldStart}, '-infinity') and day < ${newStart} offset 0) z
    where coalesce(${oldStart}, '-infinity') < ${newStart}
    group by ${places} order by ${places}`);
}
